"""What a headless build needs to know about the linked resources (Amplify project format, sections 4.3 and 4.11)."""

import shlex

from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs


def variables(outputs: AuthOutputs) -> tuple[tuple[str, str], ...]:
    """The environment variables of an Amplify Hosting build, as names and values."""
    found = (
        ("AMPLIFY_USERPOOL_ID", outputs.user_pool_id),
        ("AMPLIFY_WEBCLIENT_ID", outputs.web_client_id),
        ("AMPLIFY_NATIVECLIENT_ID", outputs.native_client_id),
    )
    if outputs.identity_pool is None:
        return found
    return (*found, ("AMPLIFY_IDENTITYPOOL_ID", outputs.identity_pool.id))


def shell_exports(outputs: AuthOutputs) -> str:
    """The variables as lines for a POSIX shell."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables(outputs))


def categories_payload(outputs: AuthOutputs) -> str:
    """The JSON for ``amplify pull --yes --categories``: flat under ``auth``, not keyed by the resource's name."""
    auth = {
        "userPoolId": outputs.user_pool_id,
        "webClientId": outputs.web_client_id,
        "nativeClientId": outputs.native_client_id,
    }
    if outputs.identity_pool is not None:
        auth["identityPoolId"] = outputs.identity_pool.id
    return stringify({"auth": auth})


def categories_argument(outputs: AuthOutputs) -> str:
    """The ``--categories`` option, quoted for a POSIX shell."""
    return f"--categories {shlex.quote(categories_payload(outputs))}"
