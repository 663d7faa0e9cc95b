"""The linked environment's configuration files, with the client secret where a file carries one."""

from dataclasses import replace

from amplify_files import catalogue
from amplify_files.catalogue import GeneratedFile, RenderedFile
from amplify_files.outputs import AuthOutputs
from audit.actions import Action
from audit.record import Actor, record
from auth_import.models import CognitoLink
from auth_import.preflight import context_of
from aws import app_clients
from aws.errors import Rejected
from aws.side_by_side import in_time


def shown(link: CognitoLink) -> tuple[RenderedFile, ...]:
    """Every file as a page may show it: the secret is masked."""
    return catalogue.files(catalogue.masked(link.auth_outputs), context_of(link.environment, link))


def generated_file(link: CognitoLink, name: str) -> GeneratedFile:
    """Raises `catalogue.UnknownFile`, whose message lists the names there are."""
    return catalogue.file(name, context_of(link.environment, link))


def text_of(link: CognitoLink, file: GeneratedFile, *, actor: Actor) -> str:
    """The file as an app needs it. A secret is read from AWS at this moment and the reading is written down.

    Raises AwsError when the secret cannot be read, and Rejected when the client has no secret any more.
    """
    outputs = link.auth_outputs
    if file.holds_secret(outputs):
        outputs = with_secret(link)
        record(
            action=Action.SECRET_FILE_READ,
            actor=actor,
            project=link.environment.project.slug,
            environment=link.environment.name,
            target=file.name,
        )
    return file.render(outputs, context_of(link.environment, link))


def with_secret(link: CognitoLink) -> AuthOutputs:
    """The link's outputs with the native client's secret, read from AWS now; nothing is kept. Raises AwsError."""
    target = link.environment.target
    client = in_time(lambda: app_clients.describe_app_client(target, link.user_pool_id, link.native_client_id))
    if not client.has_secret:
        raise Rejected(
            "The native app client has no secret any more.",
            code="SecretGone",
            action="cognito-idp:DescribeUserPoolClient",
            next_step="Choose Check again on the Authentication page: the client changed after the import.",
        )
    return replace(link.auth_outputs, native_client_secret=client.secret)
