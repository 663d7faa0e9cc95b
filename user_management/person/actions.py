"""What can be done about one user: each function does one thing in AWS, notes it for the lists, and records it.

All raise AwsError. NotFound of the user means that somebody else deleted it meanwhile; the lists then forget it too.
Passwords and codes are neither recorded nor kept.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from audit.actions import Action
from audit.record import Actor, record
from aws import user_security, users
from aws.errors import AwsError, NotFound, Rejected
from aws.user_resources import AuthFactors, CognitoUser
from user_management import recent
from user_management.person.changes import digest_of, plan_of
from user_management.person.new_user import NewUser
from user_management.place import Place
from user_management.pool_rules import rules_of


class Gone(NotFound):
    words = "Somebody else deleted this user meanwhile."


@contextmanager
def _of(place: Place, user: CognitoUser) -> Iterator[None]:
    """Calls about this user: one who is gone is so in the lists, too."""
    try:
        yield
    except NotFound as error:
        if error.code != "UserNotFoundException":
            raise
        recent.note_deleted(place, user.username)
        raise Gone(
            error.message,
            code=error.code,
            action=error.action,
            request_id=error.request_id,
            next_step="There is nothing left to do. Go back to the list of users.",
        ) from error


def _recorded(
    action: Action, place: Place, user: CognitoUser, actor: Actor, reason: str, *, before: Any = None, after: Any = None
) -> None:
    named = {} if user.label == user.username else {"user": user.label}
    record(
        action=action,
        actor=actor,
        project=place.project.slug,
        environment=place.environment.name,
        target=user.username,
        before=None if before is None else named | before,
        after=None if after is None else named | after,
        reason=reason,
    )


def _noted(place: Place, user: CognitoUser, **changes: Any) -> CognitoUser:
    """The user as it is now, which the lists show though Cognito's own list follows later."""
    now = replace(user, modified=datetime.now(UTC), **changes)
    recent.note(place, now)
    return now


def create(*, place: Place, new: NewUser, actor: Actor, reason: str = "") -> CognitoUser:
    """Make the user. Rejected when the name or, without `take_alias`, an address of theirs is another user's."""
    losing = holders_of(place, new) if new.take_alias else ()
    user = users.create_user(
        place.target,
        place.pool_id,
        new.username,
        attributes=new.attributes,
        temporary_password=new.temporary_password,
        deliver_by=new.deliver_by,
        silent=not new.deliver_by,
        take_alias=new.take_alias,
    )
    after = {"status": user.status, "attributes": dict(user.attributes), "invited_by": list(new.deliver_by)}
    _recorded(Action.USER_CREATED, place, user, actor, reason, after=after)
    for holder, names in losing:
        _took_addresses(place, holder, names, user, actor, reason)
    recent.note(place, user)
    return user


def holders_of(place: Place, new: NewUser) -> tuple[tuple[CognitoUser, tuple[str, ...]], ...]:
    """Who has an address of the new user verified now, and which. Raises AwsError."""
    found: dict[str, tuple[CognitoUser, tuple[str, ...]]] = {}
    for name in ("email", "phone_number"):
        if value := new.attributes.get(name):
            where = users.UserFilter(name, value)
            for user in users.page_of_users(place.target, place.pool_id, where=where).items:
                if user.is_verified(name):
                    found[user.username] = (user, (*found.get(user.username, (user, ()))[1], name))
    return tuple(found.values())


def _took_addresses(
    place: Place, holder: CognitoUser, names: tuple[str, ...], user: CognitoUser, actor: Actor, reason: str
) -> None:
    """Cognito leaves the address with its former holder, but no longer verified."""
    flags = {f"{name}_verified": "false" for name in names}
    before = dict.fromkeys(flags, "true")
    _recorded(
        Action.USER_CHANGED, place, holder, actor, reason, before=before, after={**flags, "taken_by": user.username}
    )
    _noted(place, holder, attributes={**holder.attributes, **flags})


def suspend(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> CognitoUser:
    with _of(place, user):
        users.suspend(place.target, place.pool_id, user.username)
    before, after = {"enabled": user.enabled}, {"enabled": False}
    _recorded(Action.USER_SUSPENDED, place, user, actor, reason, before=before, after=after)
    return _noted(place, user, enabled=False)


def reactivate(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> CognitoUser:
    with _of(place, user):
        users.reactivate(place.target, place.pool_id, user.username)
    before, after = {"enabled": user.enabled}, {"enabled": True}
    _recorded(Action.USER_REACTIVATED, place, user, actor, reason, before=before, after=after)
    return _noted(place, user, enabled=True)


def sign_out(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> CognitoUser:
    """Revoke every refresh token. Access tokens stay valid to outside verifiers until they expire."""
    with _of(place, user):
        users.sign_out_everywhere(place.target, place.pool_id, user.username)
    _recorded(Action.USER_SIGNED_OUT, place, user, actor, reason, after={"signed_out": "everywhere"})
    return user


def confirm(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> CognitoUser:
    with _of(place, user):
        users.confirm_sign_up(place.target, place.pool_id, user.username)
    before, after = {"status": user.status}, {"status": "CONFIRMED"}
    _recorded(Action.USER_CONFIRMED, place, user, actor, reason, before=before, after=after)
    return _noted(place, user, status="CONFIRMED")


def reset_password(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> CognitoUser:
    """Make the password invalid and have Cognito send a code. Rejected where the user's state does not allow it."""
    with _of(place, user):
        users.reset_password(place.target, place.pool_id, user.username)
    before, after = {"status": user.status}, {"status": "RESET_REQUIRED"}
    _recorded(Action.USER_PASSWORD_RESET, place, user, actor, reason, before=before, after=after)
    return _noted(place, user, status="RESET_REQUIRED")


def resend_invitation(
    *, place: Place, user: CognitoUser, actor: Actor, reason: str = "", deliver_by: str = "EMAIL"
) -> CognitoUser:
    """Send the invitation with a new temporary password; `deliver_by` is `EMAIL` or `SMS`."""
    with _of(place, user):
        users.resend_invitation(place.target, place.pool_id, user.username, deliver_by=[deliver_by])
    _recorded(Action.USER_INVITED, place, user, actor, reason, after={"sent_by": deliver_by})
    return _noted(place, user)


def set_password(
    *, place: Place, user: CognitoUser, actor: Actor, reason: str = "", password: str, permanent: bool
) -> CognitoUser:
    """Set a password. A permanent one makes the user CONFIRMED; a temporary one must be replaced at sign-in."""
    with _of(place, user):
        users.set_password(place.target, place.pool_id, user.username, password, permanent=permanent)
    status = "CONFIRMED" if permanent else "FORCE_CHANGE_PASSWORD"
    before, after = {"status": user.status}, {"status": status, "permanent": permanent}
    _recorded(Action.USER_PASSWORD_SET, place, user, actor, reason, before=before, after=after)
    return _noted(place, user, status=status)


def delete(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> None:
    """Delete the user. Cognito brings nobody back, so what they were is kept in the activity."""
    with _of(place, user):
        users.delete_user(place.target, place.pool_id, user.username)
    before = {"status": user.status, "enabled": user.enabled, "attributes": dict(user.attributes)}
    _recorded(Action.USER_DELETED, place, user, actor, reason, before=before)
    recent.note_deleted(place, user.username)


class ChangedMeanwhile(Rejected):
    words = "Nothing was saved: somebody else changed this user meanwhile."


def change_attributes(
    *, place: Place, user: CognitoUser, changes: Mapping[str, str], actor: Actor, reason: str = "", seen: str = ""
) -> CognitoUser:
    """Set attributes; "" deletes one, and only what differs is sent. Answers the user as it is then.

    `seen` is the digest of the user as it was reviewed. Raises ChangedMeanwhile when it differs from `user`'s.
    """
    if seen and seen != digest_of(user):
        raise ChangedMeanwhile(
            "What you reviewed is not what the user has now.",
            code="ChangedMeanwhile",
            next_step="The differences below are those to the present values. Save them, or go back and change them.",
        )
    plan = plan_of(user, changes, rules_of(place).people)
    if not plan.sent:
        return user
    with _of(place, user):
        users.update_attributes(place.target, place.pool_id, user.username, plan.sent)
    before = {change.name: change.before for change in plan.changes}
    after = {change.name: change.after for change in plan.changes}
    _recorded(Action.USER_CHANGED, place, user, actor, reason, before=before, after=after)
    return _noted(place, user, attributes=plan.expected.attributes)


def reset_mfa(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> AuthFactors:
    """Forget the authenticator app; answers the factors that are left, as AWS tells them afterwards."""
    with _of(place, user):
        user_security.delete_software_token(place.target, place.pool_id, user.username)
        left = user_security.auth_factors(place.target, place.pool_id, user.username)
    _recorded(Action.USER_MFA_RESET, place, user, actor, reason, after={"factors": list(left.mfa)})
    return left


def change_mfa(
    *,
    place: Place,
    user: CognitoUser,
    actor: Actor,
    reason: str = "",
    factors: Mapping[str, bool],
    preferred: str = "",
) -> tuple[AuthFactors, AuthFactors]:
    """Turn factors on or off. Answers them before and after: AWS reports success even where nothing changed."""
    if preferred and not factors.get(preferred):
        raise Rejected(
            "The preferred second factor must be one that is asked for.",
            code="NotChosen",
            next_step="Tick it as well, or prefer another one.",
        )
    with _of(place, user):
        before = user_security.auth_factors(place.target, place.pool_id, user.username)
        # A factor that the pool's tier lacks may not even be named, so only what differs is.
        changes = {name: on for name, on in factors.items() if on != (name in before.mfa)}
        if preferred != before.preferred:
            named = (preferred, before.preferred)
            changes |= {name: on for name, on in factors.items() if name in named}
        if not changes:
            return before, before
        user_security.set_mfa_preference(place.target, place.pool_id, user.username, changes, preferred=preferred)
        after = user_security.auth_factors(place.target, place.pool_id, user.username)
    old = {"factors": list(before.mfa), "preferred": before.preferred}
    new = {"factors": list(after.mfa), "preferred": after.preferred}
    _recorded(Action.USER_MFA_CHANGED, place, user, actor, reason, before=old, after=new)
    return before, after


def forget_device(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "", key: str) -> None:
    with _device_of(place, user):
        user_security.forget_device(place.target, place.pool_id, user.username, key)
    _recorded(Action.USER_DEVICE_FORGOTTEN, place, user, actor, reason, before={"device": key})


@contextmanager
def _device_of(place: Place, user: CognitoUser) -> Iterator[None]:
    with _of(place, user):
        try:
            yield
        except NotFound as error:
            if error.code == "UserNotFoundException":
                raise
            raise NotFound(
                error.message,
                code=error.code,
                action=error.action,
                request_id=error.request_id,
                next_step="It was forgotten or ended meanwhile; nothing is left to do.",
            ) from error


def revoke_session(
    *, place: Place, user: CognitoUser, actor: Actor, reason: str = "", session_id: str, linked: bool = False
) -> None:
    """End one session; with `linked` also those that it came from and that came from it."""
    with _device_of(place, user):
        user_security.revoke_session(place.target, place.pool_id, user.username, session_id, linked=linked)
    before = {"session": session_id, "linked": linked}
    _recorded(Action.USER_SESSION_REVOKED, place, user, actor, reason, before=before)


def read_billed(*, place: Place, user: CognitoUser, actor: Actor, reason: str = "") -> tuple[CognitoUser, AuthFactors]:
    """The user at this moment. Counts as a monthly active user, so it is recorded, whether or not AWS answers."""
    _recorded(Action.USER_READ_BILLED, place, user, actor, reason)
    with _of(place, user):
        now, factors = users.get_user_billed(place.target, place.pool_id, user.username)
    recent.note(place, now)
    return now, factors


def words_of(error: AwsError) -> str:
    """One line about what went wrong, for messages and commands."""
    return f"{error.words} {error.message} {error.next_step}".strip()
