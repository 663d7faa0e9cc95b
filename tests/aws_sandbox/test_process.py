"""The sandbox as a process of its own: ready line, clean end, and the account kept across restarts."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from aws.sandbox.catalogue import AMPLIFY_APP_ID, GRAPHQL_API_ID, scenario
from aws.sandbox.catalogue_backends import backend
from aws.sandbox.server import running
from tests.aws_sandbox.refusals import refused


class Sandbox:
    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aws.sandbox", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.url = self.line.removeprefix("Sandbox AWS: ").strip()

    def client(self, service: str) -> Any:
        # The service is known at run time only, which boto3's types cannot follow.
        connect: Any = boto3.client
        return connect(
            service,
            region_name="eu-west-1",
            endpoint_url=self.url,
            aws_access_key_id="sample",
            aws_secret_access_key="sample",
        )

    def end(self, by: signal.Signals = signal.SIGTERM) -> str:
        """Stop it as `./console` does; what it said on stderr."""
        self.process.send_signal(by)
        # Well below what `./console` grants it, but for a machine with other work.
        out, err = self.process.communicate(timeout=20)
        assert out == ""
        assert self.process.returncode == 0
        return err


@contextmanager
def sandbox(*options: str) -> Iterator[Sandbox]:
    started = Sandbox(*options)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.communicate()


def test_one_ready_line_no_line_per_request_and_a_clean_end() -> None:
    with sandbox("--empty") as started:
        assert started.line.startswith("Sandbox AWS: http://127.0.0.1:")
        assert started.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"] == []
        assert started.end(signal.SIGINT) == ""


def test_a_port_that_is_taken_is_said_in_one_line(sandbox_url: str) -> None:
    port = sandbox_url.rpartition(":")[2]
    second = subprocess.run(
        [sys.executable, "-m", "aws.sandbox", "--port", port, "--empty"], capture_output=True, text=True, timeout=20
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {port} cannot be opened: ")
    assert second.stderr.count("\n") == 1


def _change_the_staging_backend(first: Sandbox) -> None:
    cloudformation, stack = first.client("cloudformation"), backend("staging").stack_name
    body = json.dumps(cloudformation.get_template(StackName=stack)["TemplateBody"])
    changed = body.replace(scenario("good").pool_id, scenario("user-pool-only").pool_id)
    settings = {"StackName": stack, "TemplateBody": changed, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    kept = ("DeploymentBucketName", "AuthRoleName", "UnauthRoleName")
    previous = [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
    cloudformation.create_change_set(ChangeSetName="kept", Parameters=previous, **settings)
    cloudformation.execute_change_set(ChangeSetName="kept", StackName=stack)
    first.client("ssm").put_parameter(Name="/kept", Value="kept", Type="String")


def _find_the_staging_backend_changed(second: Sandbox) -> None:
    cloudformation, stack = second.client("cloudformation"), backend("staging").stack_name
    assert cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
    done = cloudformation.describe_change_set(ChangeSetName="kept", StackName=stack)
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    apis = second.client("appsync").list_graphql_apis()["graphqlApis"]
    pools = {api.get("userPoolConfig", {}).get("userPoolId") for api in apis if api["apiId"] != GRAPHQL_API_ID}
    assert pools == {None, scenario("user-pool-only").pool_id}
    assert second.client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "kept"
    # And it can still be changed: nothing of a stack is lost in the file.
    cloudformation.delete_stack(StackName=backend("prod").stack_name)


def test_what_was_changed_is_there_after_a_restart(tmp_path: Path) -> None:
    with sandbox("--state", str(tmp_path)) as first:
        cognito = first.client("cognito-idp")
        made = cognito.create_user_pool(PoolName="kept")["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=made, ClientName="kept", GenerateSecret=True)
        secret = client["UserPoolClient"]["ClientSecret"]
        gone = scenario("deletion-protection-off").pool_id
        cognito.delete_user_pool_domain(Domain="sample-lab-deletion-protection-off", UserPoolId=gone)
        cognito.delete_user_pool(UserPoolId=gone)
        identity = first.client("cognito-identity")
        roles = {"authenticated": "arn:aws:iam::123456789012:role/kept"}
        identity.set_identity_pool_roles(IdentityPoolId=scenario("good").identity_pool_id, Roles=roles)
        first.client("amplify").create_backend_environment(appId=AMPLIFY_APP_ID, environmentName="kept")
        first.client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        first.client("s3").put_object(Bucket="kept", Key="file", Body=b"content")
        first.client("lambda").update_function_configuration(FunctionName="customer-sync", Description="kept")
        _change_the_staging_backend(first)
        assert first.end() == ""
    with sandbox("--state", str(tmp_path)) as second:
        _find_the_staging_backend_changed(second)
        with refused("BucketAlreadyOwnedByYou"):
            location: Any = {"LocationConstraint": "eu-west-1"}
            second.client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration=location)
        cognito = second.client("cognito-idp")
        assert cognito.describe_user_pool(UserPoolId=made)["UserPool"]["Name"] == "kept"
        described = cognito.describe_user_pool_client(UserPoolId=made, ClientId=client["UserPoolClient"]["ClientId"])
        assert described["UserPoolClient"]["ClientSecret"] == secret
        with pytest.raises(cognito.exceptions.ResourceNotFoundException):
            cognito.describe_user_pool(UserPoolId=gone)
        assert len(cognito.list_users_in_group(UserPoolId=scenario("good").pool_id, GroupName="Admins")["Users"]) == 5
        identity = second.client("cognito-identity")
        kept = identity.get_identity_pool_roles(IdentityPoolId=scenario("good").identity_pool_id)["Roles"]
        assert kept == roles
        environments = second.client("amplify").list_backend_environments(appId=AMPLIFY_APP_ID)["backendEnvironments"]
        assert "kept" in {environment["environmentName"] for environment in environments}
        assert second.client("s3").get_object(Bucket="kept", Key="file")["Body"].read() == b"content"
        function = second.client("lambda").get_function_configuration(FunctionName="customer-sync")
        assert (function["Description"], function["Environment"]) == ("kept", {"Variables": {"LIST": "newsletter"}})
        assert second.client("iam").get_role(RoleName="shop-authenticated")["Role"]["RoleName"] == "shop-authenticated"


@pytest.mark.slow
def test_users_are_there_after_a_restart_with_all_that_hangs_on_them(tmp_path: Path) -> None:
    pool, many = scenario("good").pool_id, scenario("user-pool-only").pool_id
    ada = {"UserPoolId": pool, "Username": "ada.sample@example.org"}
    role = "arn:aws:iam::123456789012:role/service-role/import-logs"

    def told(sandbox: Sandbox) -> list[dict[str, str]]:
        with urllib.request.urlopen(f"{sandbox.url}/sandbox/messages", timeout=5) as answer:
            messages: list[dict[str, str]] = json.load(answer)["messages"]
        return messages

    def shown(cognito: Any) -> list[Any]:
        groups = cognito.admin_list_groups_for_user(**ada)["Groups"]
        return [
            cognito.admin_get_user(**ada)["UserAttributes"],
            cognito.admin_list_user_sessions(**ada)["Sessions"],
            cognito.admin_list_devices(**ada)["Devices"],
            cognito.admin_list_user_auth_events(**ada)["AuthEvents"],
            [group["GroupName"] for group in groups],
            [user["Username"] for user in cognito.list_users_in_group(UserPoolId=pool, GroupName="Admins")["Users"]],
        ]

    with sandbox("--state", str(tmp_path)) as first:
        cognito = first.client("cognito-idp")
        posted = json.dumps({"pool": many, "count": 2_000}).encode()
        urllib.request.urlopen(f"{first.url}/sandbox/users", posted, timeout=20).close()
        page = cognito.list_users(UserPoolId=many)
        cognito.admin_delete_user(UserPoolId=many, Username="load-000007@example.com")
        cognito.admin_reset_user_password(UserPoolId=many, Username="load-000008@example.com")
        job = cognito.create_user_import_job(UserPoolId=many, JobName="kept", CloudWatchLogsRoleArn=role)
        before, messages = shown(cognito), told(first)
        assert first.end() == ""
    with sandbox("--state", str(tmp_path)) as second:
        cognito = second.client("cognito-idp")
        assert shown(cognito) == before
        assert told(second) == messages != []
        (kept,) = cognito.list_user_import_jobs(UserPoolId=many, MaxResults=60)["UserImportJobs"]
        assert kept["JobId"] == job["UserImportJob"]["JobId"]
        rest = cognito.list_users(UserPoolId=many, PaginationToken=page["PaginationToken"])["Users"]
        assert rest[0]["Attributes"][1]["Value"] == "load-000060@example.com"
        text = 'email = "load-001999@example.com"'
        assert len(cognito.list_users(UserPoolId=many, Filter=text)["Users"]) == 1
        cognito.admin_remove_user_from_group(**ada, GroupName="Admins")
        assert len(cognito.list_users_in_group(UserPoolId=pool, GroupName="Admins")["Users"]) == 4


@pytest.mark.slow
def test_a_killed_sandbox_loses_at_most_the_last_seconds(tmp_path: Path) -> None:
    with sandbox("--state", str(tmp_path)) as first:
        made = first.client("cognito-idp").create_user_pool(PoolName="kept")["UserPool"]["Id"]
        file = tmp_path / "account.pickle"
        deadline = time.monotonic() + 8
        while not (file.exists() and made.encode() in file.read_bytes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        first.process.kill()
        first.process.communicate()
    with sandbox("--state", str(tmp_path)) as second:
        second.client("cognito-idp").describe_user_pool(UserPoolId=made)


@pytest.mark.slow
def test_a_damaged_file_is_named_and_the_sample_account_planted_anew(tmp_path: Path) -> None:
    (tmp_path / "account.pickle").write_bytes(b"\x80\x05damaged")
    with sandbox("--state", str(tmp_path)) as started:
        pool = scenario("good").pool_id
        assert started.client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]["Name"] == "shop-users"
        said = started.end()
    assert said.count("\n") == 1
    assert "account.pickle cannot be read" in said


def test_an_empty_account_is_not_served_beside_the_sample_account(sandbox_url: str) -> None:
    with pytest.raises(RuntimeError, match="process of its own"), running(empty=True):
        pass
    with running() as url:
        assert url == sandbox_url
