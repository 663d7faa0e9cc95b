"""What a swap changes for the app's users: the linked resources beside those that take their place. Pure."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from amplify_files.outputs import AuthOutputs, Group, PasswordPolicy
from auth_import.drift import same, words


@dataclass(frozen=True, slots=True)
class Difference:
    """One property on both sides. `effect` says what it means, and for whom, where the two differ."""

    what: str
    before: str
    after: str
    effect: str = ""

    @property
    def differs(self) -> bool:
        return bool(self.effect)


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """One group of either pool. `state` is `same`, `changed`, `missing` (in the new pool) or `new`."""

    name: str
    before: str
    after: str
    state: str

    @property
    def effect(self) -> str:
        return {
            "missing": "Rules and functions that name it let nobody in until it is created there.",
            "changed": "The role or the precedence it gives is another one.",
            "new": "It has no members of the old pool.",
            "same": "Its members are other people all the same: memberships belong to users of a pool.",
        }[self.state]


def _policy(policy: PasswordPolicy | None) -> str:
    if policy is None:
        return "(Cognito's default)"
    demanded = [
        name
        for name, wanted in (
            ("lower case", policy.requires_lowercase),
            ("upper case", policy.requires_uppercase),
            ("numbers", policy.requires_numbers),
            ("symbols", policy.requires_symbols),
        )
        if wanted
    ]
    return ", ".join([f"at least {policy.minimum_length or 8} characters", *demanded])


def _sign_in(outputs: AuthOutputs) -> str:
    if outputs.username_attributes:
        return words(sorted(outputs.username_attributes))
    return ", ".join(["user name", *sorted(outputs.alias_attributes or ())])


def _mfa(outputs: AuthOutputs) -> str:
    mfa = outputs.mfa
    offered = (("SMS", mfa.sms), ("TOTP", mfa.totp_enabled and mfa.totp), ("e-mail", mfa.email)) if mfa else ()
    kinds = [name for name, has in offered if has]
    return ", ".join([outputs.mfa_configuration or "OFF", *kinds])


def _guests(outputs: AuthOutputs) -> str:
    return "no identity pool" if outputs.identity_pool is None else words(outputs.identity_pool.allow_unauthenticated)


def _role(outputs: AuthOutputs, *, guests: bool = False) -> str:
    pool = outputs.identity_pool
    arn = (pool.unauth_role_arn if guests else pool.auth_role_arn) if pool else ""
    return arn or "(none)"


def _providers(outputs: AuthOutputs) -> str:
    return words(sorted(outputs.web_oauth.supported_identity_providers))


_PROPERTIES: tuple[tuple[str, Callable[[AuthOutputs], str], str], ...] = (
    ("Sign-in with", _sign_in, "Sign-in forms ask for something else, and people must know it."),
    ("Required at sign-up", lambda one: words(sorted(one.required_attributes)), "Sign-up forms ask for other things."),
    ("Password rules", lambda one: _policy(one.password_policy), "Sign-up and reset forms state other rules."),
    ("Second factor", _mfa, "People are asked for a second factor otherwise than before, and enrol anew."),
    (
        "Verified automatically",
        lambda one: words(sorted(one.auto_verified_attributes or ())),
        "Codes are sent another way.",
    ),
    ("Identity providers", _providers, "Sign-in buttons of the apps must change with them."),
    ("Hosted sign-in page", lambda one: one.custom_domain or one.domain or "(none)", "Apps send people elsewhere."),
    (
        "Sign-in flow of your own",
        lambda one: words(one.custom_auth),
        "Apps that use it ask for other steps to sign in.",
    ),
    ("Hosted sign-in flows", lambda one: words(sorted(one.web_oauth.flows)), "Apps must ask for one of these."),
    ("Scopes", lambda one: words(sorted(one.web_oauth.scopes)), "Tokens allow other things; apps must ask for these."),
    ("Callback URLs", lambda one: words(sorted(one.web_oauth.callback_urls)), "Hosted sign-in returns to these only."),
    ("Sign-out URLs", lambda one: words(sorted(one.web_oauth.logout_urls)), "Sign-out returns to these only."),
    (
        "Mobile client's secret",
        lambda one: words(one.native_client_has_secret),
        "Mobile and server apps must be built with it, or without it.",
    ),
    ("Guests", _guests, "Guests are let in, or shut out, otherwise than before."),
    ("Role of signed-in people", _role, "They get this role's rights: storage and APIs must allow it."),
    ("Role of guests", lambda one: _role(one, guests=True), "Guests get this role's rights."),
)


def differences(before: AuthOutputs, after: AuthOutputs) -> tuple[Difference, ...]:
    """Every property that people or apps notice, those that differ first."""
    rows = []
    for what, read, effect in _PROPERTIES:
        old, new = read(before), read(after)
        rows.append(Difference(what, old, new, "" if same(old, new) else effect))
    return tuple(sorted(rows, key=lambda one: not one.differs))


def _group(group: Group | None) -> str:
    if group is None:
        return "(none)"
    role = f", role {group.role_arn}" if group.role_arn else ""
    return f"precedence {words(group.precedence)}{role}"


def groups(before: AuthOutputs, after: AuthOutputs) -> tuple[GroupDifference, ...]:
    """The groups of both pools by name, what is missing first. Roles are written once with an identity pool only."""
    old = {group.name: group for group in before.groups}
    new = {group.name: group for group in after.groups}
    order = {"missing": 0, "changed": 1, "new": 2, "same": 3}
    rows = []
    for name in sorted({**old, **new}):
        was, is_now = old.get(name), new.get(name)
        state = "missing" if is_now is None else "new" if was is None else "same" if was == is_now else "changed"
        rows.append(GroupDifference(name, _group(was), _group(is_now), state))
    return tuple(sorted(rows, key=lambda one: (order[one.state], one.name)))


def same_pools(before: AuthOutputs, after: AuthOutputs) -> bool:
    """Whether both are the same user pool and identity pool, and only app clients are others."""
    pools = [(one.user_pool_id, one.identity_pool and one.identity_pool.id) for one in (before, after)]
    return pools[0] == pools[1]


def consequences(before: AuthOutputs, after: AuthOutputs) -> tuple[str, ...]:
    """What happens to people, in sentences, the gravest first."""
    identities = _identities(before, after)
    if before.user_pool_id != after.user_pool_id:
        return (
            "Everybody signs in anew, and only people who are users of the new pool can. Users are not moved, and "
            "neither are passwords, second factors and memberships of groups.",
            "What an app has stored under a user's id (sub) belongs to nobody in the new pool, because ids are new.",
            *identities,
            "Apps use the new pool once they are built with the new files; older builds go on using the old one.",
        )
    found = []
    if before.web_client_id != after.web_client_id or before.native_client_id != after.native_client_id:
        found.append(
            "The users stay. Everybody signs in once more when an app is built with the new client, because sessions "
            "belong to an app client."
        )
    last = "Apps use the new values once they are built with the new files; older builds go on as they are."
    return (*found, *identities, last)


def _identities(before: AuthOutputs, after: AuthOutputs) -> tuple[str, ...]:
    """What becomes of what people keep under their identity, and of the AWS credentials of apps."""
    if before.identity_pool is None:
        return ("Apps can get AWS credentials, with the roles below.",) if after.identity_pool else ()
    if after.identity_pool is None:
        return ("Apps get no AWS credentials any more: storage, and APIs that use IAM, are closed to them.",)
    # Another user pool is another login, and a login has an identity of its own in the same identity pool too.
    if before.identity_pool.id == after.identity_pool.id and before.user_pool_id == after.user_pool_id:
        return ()
    return (
        "Identity ids are new: files that people keep under their identity (private and protected storage) are not "
        "found under the new one.",
    )


def report(before: AuthOutputs, after: AuthOutputs) -> dict[str, Any]:
    """The same for scripts: what differs only, and the groups where the pool is another one."""
    other_pool = before.user_pool_id != after.user_pool_id
    return {
        "consequences": list(consequences(before, after)),
        "differences": [asdict(one) for one in differences(before, after) if one.differs],
        "groups": [asdict(one) for one in groups(before, after)] if other_pool else [],
    }
