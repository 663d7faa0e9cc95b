"""Gen 2 ``amplify/auth/resource.ts`` that refers to the linked resources with ``referenceAuth``.

Property names: the ``ReferenceAuthProps`` type of ``@aws-amplify/backend-auth``.
"""

from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs, IdentityPool

_OPENING = "// These resources already exist: Amplify refers to them, and neither changes nor deletes them.\n"
_ALIAS_WARNING = "// Warning: referenceAuth refuses a user pool with alias attributes, and this user pool has them.\n"


def render(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The file's text. Without a complete identity pool it only says, in comments, what is missing."""
    missing = missing_parts(outputs)
    if missing or outputs.identity_pool is None:
        return _incomplete(outputs, missing)
    return _complete(outputs, outputs.identity_pool)


def missing_parts(outputs: AuthOutputs) -> list[str]:
    """What ``referenceAuth`` requires and the link does not have, in words."""
    pool = outputs.identity_pool
    if pool is None:
        return ["an identity pool, with its authenticated and its unauthenticated role"]
    parts = (("authenticated", pool.auth_role_arn), ("unauthenticated", pool.unauth_role_arn))
    return [f"an {kind} role in the identity pool" for kind, role_arn in parts if not role_arn]


def typescript_text(value: str) -> str:
    """``value`` as a string literal; older TypeScript compilers end a literal at the separators U+2028 and U+2029."""
    return stringify(value).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _complete(outputs: AuthOutputs, pool: IdentityPool) -> str:
    properties = (
        ("userPoolId", outputs.user_pool_id),
        ("identityPoolId", pool.id),
        ("authRoleArn", pool.auth_role_arn),
        ("unauthRoleArn", pool.unauth_role_arn),
        ("userPoolClientId", outputs.web_client_id),
    )
    lines = [f"  {name}: {typescript_text(value)},\n" for name, value in properties]
    groups = [(group.name, group.role_arn) for group in outputs.groups if group.role_arn]
    if groups:
        lines.append("  groups: {\n")
        lines += [f"    {_property_name(name)}: {typescript_text(role_arn)},\n" for name, role_arn in groups]
        lines.append("  },\n")
    return (
        'import { referenceAuth } from "@aws-amplify/backend";\n\n'
        f"{_OPENING}{_alias_warning(outputs)}"
        f"export const auth = referenceAuth({{\n{''.join(lines)}}});\n"
    )


def _incomplete(outputs: AuthOutputs, missing: list[str]) -> str:
    known = [("userPoolId", outputs.user_pool_id), ("userPoolClientId", outputs.web_client_id)]
    if outputs.identity_pool is not None:
        known.append(("identityPoolId", outputs.identity_pool.id))
    return (
        "// referenceAuth of @aws-amplify/backend cannot be used yet. It also requires:\n"
        + "".join(f"// - {part}\n" for part in missing)
        + "// Link them to this environment, then take this file again.\n"
        + _alias_warning(outputs)
        + "//\n// Known so far:\n"
        + "".join(f"// {name}: {typescript_text(value)}\n" for name, value in known)
        + "\nexport {};\n"
    )


def _alias_warning(outputs: AuthOutputs) -> str:
    return _ALIAS_WARNING if outputs.alias_attributes else ""


def _property_name(name: str) -> str:
    # Written plainly, this one name would set the object's prototype instead of a property.
    return '["__proto__"]' if name == "__proto__" else typescript_text(name)
