"""`import_auth`: exit codes and JSON, what it writes and what it never writes."""

import json
from io import BytesIO
from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEvent
from auth_import.models import CognitoLink, PlannedImport
from auth_import.rules import RULES
from aws.sandbox.catalogue import scenario
from environments.command import operating_system_user
from environments.models import Environment
from environments.permissions import Role
from jobs.models import Job
from tests.auth_import.commands.running import (
    JSON,
    PLACE,
    Terminal,
    between_checks_and_job,
    payload_of,
    plant_pool,
    run,
    severities,
)
from tests.factories import make_environment, make_member, make_project, make_user

GOOD = payload_of(scenario("good"))


def nothing_was_written() -> bool:
    rows = CognitoLink.objects.count() + PlannedImport.objects.count() + Job.objects.count()
    return rows == 0 and not AuditEvent.objects.exists()


def test_a_good_choice_is_imported_by_a_job_that_the_pages_show(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, *JSON, stdin=GOOD)
    document = ended.json
    job = Job.objects.get()
    link = CognitoLink.objects.get()
    assert ended.code == 0
    assert document["verdict"] == "accepted"
    assert [one["id"] for one in document["findings"]] == [rule.id for rule in RULES]
    assert set(document["findings"][0]) == {"id", "severity", "overridable", "observed", "reason", "cure"}
    assert set(document["findings"][0]["cure"]) == {"text", "command"}
    assert document["plan"]["aws"] == []
    assert {"path": "aws-exports.js", "change": "add"} in document["plan"]["files"]
    assert document["job"] == job.pk
    assert job.status == "succeeded"
    assert job.return_url == "/projects/shop/dev/authentication/"
    assert link.choice.user_pool_id == scenario("good").pool_id
    assert link.choice.identity_pool_id == scenario("good").identity_pool_id


def test_without_as_the_operating_system_user_is_recorded(environment: Environment) -> None:
    run("import_auth", *PLACE, *JSON, stdin=GOOD)
    name = f"os:{operating_system_user()}"
    assert {event.actor_name for event in AuditEvent.objects.all()} == {name}
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {Action.AUTH_PLANNED, Action.AUTH_IMPORTED}
    assert Job.objects.get().actor_name == name


def test_an_amplify_environment_lists_the_backend_files_too(db: None, sandbox: Any) -> None:
    make_environment(kind="amplify", app_id="d2examplexyz01")
    document = run("import_auth", *PLACE, *JSON, "--dry-run", stdin=GOOD).json
    assert document["plan"]["files"][0] == {"path": "amplify/backend/auth/shop/parameters.json", "change": "add"}


def test_a_dry_run_writes_nothing(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, *JSON, "--dry-run", stdin=GOOD)
    assert ended.code == 0
    assert ended.json["verdict"] == "accepted"
    assert ended.json["job"] is None
    assert ended.json["plan"]["files"]
    assert nothing_was_written()


def test_a_project_may_be_named_by_its_name(db: None, sandbox: Any) -> None:
    make_environment(make_project("Sample Shop"))
    place = ("--project", "Sample Shop", "--environment", "dev")
    assert run("import_auth", *place, "--dry-run", stdin=GOOD).code == 0


def test_a_refusal_writes_nothing_and_ends_with_three(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, *JSON, stdin=payload_of(scenario("oauth-scopes-differ")))
    document = ended.json
    finding = next(one for one in document["findings"] if one["id"] == "oauth.matching")
    assert ended.code == 3
    assert document["verdict"] == "refused"
    assert document["job"] is None
    assert document["plan"] == {"aws": [], "files": []}
    assert finding["cure"]["command"].startswith("aws cognito-idp")
    assert len(finding["table"]) == 7
    assert "oauth.matching" in ended.words
    assert nothing_was_written()


def test_what_only_the_documentation_refuses_is_imported_when_accepted_with_a_reason(environment: Environment) -> None:
    payload = payload_of(scenario("single-client"))
    refused = run("import_auth", *PLACE, *JSON, stdin=payload)
    ids = sorted(severities(refused.json, "fail"))
    assert refused.code == 3
    assert ids == ["client.distinct", "client.native-secret", "pool.native-client-available"]
    assert "--accept" in refused.words
    ended = run("import_auth", *PLACE, *JSON, "--accept", ", ".join(ids), "--reason", "web only", stdin=payload)
    link = CognitoLink.objects.get()
    assert ended.code == 0, ended.words
    assert ended.json["verdict"] == "accepted"
    assert sorted(link.accepted) == ids
    assert link.reason == "web only"
    assert AuditEvent.objects.get(action=Action.AUTH_IMPORTED).reason == "web only"
    assert run("link_status", *PLACE).code == 0


def test_accept_may_be_repeated(environment: Environment) -> None:
    some = ("--accept", "client.distinct", "--accept", "client.native-secret,pool.native-client-available")
    ended = run("import_auth", *PLACE, *some, "--reason", "ok", stdin=payload_of(scenario("single-client")))
    assert ended.code == 0


def test_accepting_only_some_still_refuses_and_names_the_rest(environment: Environment) -> None:
    some = ("--accept", "client.distinct", "--reason", "ok")
    ended = run("import_auth", *PLACE, *some, stdin=payload_of(scenario("single-client")))
    assert ended.code == 3
    assert "--accept client.distinct,pool.native-client-available,client.native-secret --reason" in ended.words
    assert nothing_was_written()


def test_what_the_genuine_cli_refuses_cannot_be_accepted(environment: Environment) -> None:
    some = ("--accept", "oauth.matching", "--reason", "please")
    ended = run("import_auth", *PLACE, *JSON, *some, stdin=payload_of(scenario("oauth-flows-differ")))
    assert ended.code == 3
    assert "Cannot be accepted here" in ended.words
    assert nothing_was_written()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--accept", "client.distinct"), "--reason"),
        (("--accept", "client.distinct", "--reason", "  "), "--reason"),
        (("--accept", "no.such-check", "--reason", "x"), "no.such-check"),
        (("--accept", ",", "--reason", "x"), "at least one"),
        (("--accept", "client.distinct", "--reason", "x" * 1001), "longer"),
        (("--rules", "strict"), "invalid choice"),
        (("--format", "yaml"), "invalid choice"),
        (("--environment",), "expected one argument"),
    ],
)
def test_wrong_usage_ends_with_two(db: None, arguments: tuple[str, ...], words: str) -> None:
    ended = run("import_auth", *PLACE, *arguments, stdin=GOOD)
    assert ended.code == 2
    assert words in ended.words
    assert ended.out == b""


def test_project_and_environment_are_required(db: None) -> None:
    assert run("import_auth", stdin=GOOD).code == 2


def without(key: str) -> str:
    return json.dumps({name: value for name, value in json.loads(GOOD).items() if name != key})


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("not json", "not JSON"),
        ("{", "not JSON"),
        ("[]", "one JSON object"),
        ("null", "one JSON object"),
        ('"text"', "one JSON object"),
        (GOOD + GOOD, "more than one"),
        (f"{GOOD}\n{GOOD}", "more than one"),
        (b"\xff\xfe", "UTF-8"),
        ("[" * 100_000, "not JSON"),
        ('{"version": NaN}', "not JSON"),
        ('{"version": ' + "9" * 5000 + "}", "not JSON"),
        ("x" * 1_100_000, "too long"),
        (without("version"), "version"),
        (payload_of(scenario("good"), version=0), "version"),
        (payload_of(scenario("good"), version="1"), "version"),
        (payload_of(scenario("good"), version=True), "version"),
        (payload_of(scenario("good"), version=None), "version"),
        (payload_of(scenario("good"), version=2), "version 2"),
        (payload_of(scenario("good"), version=1.5), "version 1.5"),
        (payload_of(scenario("good"), version=10**400), "version 1000"),
        (without("userPoolId"), "lacks userPoolId"),
        (without("webClientId"), "lacks webClientId"),
        (without("nativeClientId"), "lacks nativeClientId"),
        ('{"version": 1}', "lacks userPoolId, webClientId, nativeClientId"),
        (payload_of(scenario("good"), userPoolId=7), "userPoolId must be a string"),
        (payload_of(scenario("good"), webClientId=None), "webClientId must be a string"),
        (payload_of(scenario("good"), nativeClientId=["x"]), "nativeClientId must be a string"),
        (payload_of(scenario("good"), identityPoolId=7), "identityPoolId must be a string"),
        (payload_of(scenario("good"), identityPoolId=None), "identityPoolId must be a string"),
        (payload_of(scenario("good"), userPoolId="eu-west-1_\x00"), "characters"),
        (payload_of(scenario("good"), userPoolId="eu-west-1_\ud800"), "characters"),
    ],
)
def test_a_payload_that_is_not_valid_ends_with_two(environment: Environment, payload: str | bytes, words: str) -> None:
    ended = run("import_auth", *PLACE, *JSON, stdin=payload)
    assert ended.code == 2
    assert words in ended.words
    assert ended.out == b""
    assert nothing_was_written()


def test_somebody_at_a_terminal_is_told_to_give_a_payload(db: None) -> None:
    ended = run("import_auth", *PLACE, stdin=Terminal(BytesIO()))
    assert ended.code == 2
    assert "< payload.json" in ended.words


@pytest.mark.parametrize(
    "payload",
    [
        payload_of(scenario("good"), version=1.0),
        payload_of(scenario("good"), somethingElse={"deep": [1]}),
        json.dumps(json.loads(GOOD), indent=4) + "\n",
        "\ufeff" + GOOD,
    ],
)
def test_unknown_keys_and_the_form_of_the_json_do_not_matter(environment: Environment, payload: str) -> None:
    assert run("import_auth", *PLACE, "--dry-run", stdin=payload).code == 0


@pytest.mark.parametrize("payload", [without("identityPoolId"), payload_of(scenario("good"), identityPoolId="")])
def test_without_an_identity_pool_only_the_user_pool_is_imported(environment: Environment, payload: str) -> None:
    assert run("import_auth", *PLACE, stdin=payload).code == 0
    assert CognitoLink.objects.get().identity_pool_id == ""


@pytest.mark.parametrize(
    ("changes", "refuses"),
    [
        ({"userPoolId": ""}, "pool.exists"),
        ({"userPoolId": "x" * 500}, "pool.exists"),
        ({"userPoolId": "eu-west-1_missing00"}, "pool.exists"),
        ({"userPoolId": "<script>alert(1)</script>"}, "pool.exists"),
        ({"webClientId": ""}, "client.web-found"),
        ({"webClientId": "nosuchclient"}, "client.web-found"),
        ({"nativeClientId": "مرحبا 🛒"}, "client.native-found"),
        ({"identityPoolId": "nonsense"}, "identity-pool.trusts-pool"),
        ({"identityPoolId": "eu-west-1:00000000-0000-4000-8000-000000000000"}, "identity-pool.trusts-pool"),
    ],
)
def test_wrong_ids_are_refused_by_the_checks(environment: Environment, changes: dict[str, str], refuses: str) -> None:
    ended = run("import_auth", *PLACE, *JSON, stdin=payload_of(scenario("good"), **changes))
    assert ended.code == 3
    assert severities(ended.json)[refuses] == "fail"
    assert nothing_was_written()


def test_the_same_import_again_is_refused_and_leaves_the_link_untouched(link: CognitoLink) -> None:
    jobs, events = Job.objects.count(), AuditEvent.objects.count()
    ended = run("import_auth", *PLACE, *JSON, stdin=GOOD)
    again = CognitoLink.objects.get()
    assert ended.code == 3
    assert severities(ended.json, "fail") == {"auth.none-yet": "fail"}
    assert (again.pk, again.checked, again.outputs) == (link.pk, link.checked, link.outputs)
    assert (Job.objects.count(), AuditEvent.objects.count()) == (jobs, events)


def test_a_missing_project_or_environment_is_named_with_those_there_are(environment: Environment) -> None:
    project = run("import_auth", "--project", "shoe", "--environment", "dev", stdin=GOOD)
    missing = run("import_auth", "--project", "shop", "--environment", "prod", stdin=GOOD)
    assert (project.code, missing.code) == (1, 1)
    assert "There is no project “shoe”. The projects are: shop." in project.words
    assert "Its environments are: dev." in missing.words
    assert "environments create" in missing.words


def test_a_person_acts_with_their_own_name(environment: Environment) -> None:
    user = make_member(environment.project, name="owner")
    ended = run("import_auth", *PLACE, "--as", "owner@example.com", stdin=GOOD)
    assert ended.code == 0
    assert Job.objects.get().actor == user
    assert CognitoLink.objects.get().created_by_name == "owner@example.com"
    assert AuditEvent.objects.get(action=Action.AUTH_IMPORTED).actor == user


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGE_ONLY])
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_person_without_the_permission_is_refused(environment: Environment, role: str, more: tuple[str, ...]) -> None:
    make_member(environment.project, role, name="reader")
    ended = run("import_auth", *PLACE, "--as", "reader", *more, stdin=GOOD)
    assert ended.code == 1
    assert "import-auth" in ended.words
    assert nothing_was_written()


def test_a_stranger_does_not_learn_what_there_is(environment: Environment) -> None:
    make_user("stranger")
    ended = run("import_auth", *PLACE, "--as", "stranger", stdin=GOOD)
    assert ended.code == 1
    assert "There is no project “shop”." in ended.words
    assert "The projects are" not in ended.words


def test_somebody_who_left_can_do_nothing(environment: Environment) -> None:
    user = make_member(environment.project, name="former")
    user.is_active = False
    user.save()
    assert run("import_auth", *PLACE, "--as", "former", stdin=GOOD).code == 1


def test_as_nobody_known_ends_with_one(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, "--as", "nobody", stdin=GOOD)
    assert ended.code == 1
    assert "Nobody in this console is called “nobody”" in ended.words


def test_a_member_for_another_environment_only_may_not_import_here(environment: Environment) -> None:
    other = make_environment(environment.project, "prod")
    make_member(environment.project, Role.FULL_ACCESS, other, name="prodowner")
    ended = run("import_auth", *PLACE, "--as", "prodowner", stdin=GOOD)
    assert ended.code == 1
    assert "Its environments are: prod." in ended.words
    assert nothing_was_written()


def test_throttling_after_the_checks_fails_the_job_with_words(
    environment: Environment, sandbox: Any, settings: Any
) -> None:
    settings.SCREEN_DEADLINE_SECONDS = 4
    throttled = {"kind": "fail", "code": "TooManyRequestsException", "message": "Rate exceeded"}
    with between_checks_and_job(sandbox, lambda: sandbox.fail("DescribeUserPool", **throttled)):
        ended = run("import_auth", *PLACE, *JSON, stdin=GOOD)
    job = Job.objects.get()
    assert ended.code == 1
    assert job.status == "failed"
    assert job.error_words in ended.words
    assert "Wait a minute, then retry." in ended.words
    assert ended.json["job"] == job.pk
    assert not CognitoLink.objects.exists()


def test_a_change_in_aws_after_the_checks_fails_the_job_and_links_nothing(
    environment: Environment, sandbox: Any, cognito: Any
) -> None:
    payload = plant_pool(cognito)
    sandbox.forget()
    pool = json.loads(payload)["userPoolId"]
    policy = {"PasswordPolicy": {"MinimumLength": 33}}
    with between_checks_and_job(sandbox, lambda: cognito.update_user_pool(UserPoolId=pool, Policies=policy)):
        ended = run("import_auth", *PLACE, stdin=payload)
    assert ended.code == 1
    assert "changed in AWS after you reviewed the plan" in ended.words
    assert "pool.password-policy" in ended.words
    assert "was not imported" in ended.text
    assert not CognitoLink.objects.exists()
