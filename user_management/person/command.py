"""What `manage.py users` does with one user, with the permissions and the activity of the pages."""

import getpass
import sys
from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from aws import users
from aws.errors import NotFound
from aws.user_resources import CognitoUser
from environments.command import ConsoleCommand, Failed, Operator, Refused, Usage, environment_of, operator_of
from environments.permissions import Permission
from user_management import people, recent
from user_management.listing.recognition import recognise
from user_management.person import actions, passwords, presentation, security
from user_management.person.changes import plan_of
from user_management.person.forms import PREFIX, AttributesForm, CreateForm, edit_form
from user_management.person.messages import MEDIUM_WORDS
from user_management.person.sign_in_help import help_for, situation_for, why_not
from user_management.person.sign_in_table import UserAction
from user_management.person.situation import invitation_mediums, sign_in_names
from user_management.place import NotLinked, Place, place_of
from user_management.pool_rules import rules_of

Options = Mapping[str, Any]
SIMPLE: Mapping[str, tuple[UserAction, Callable[..., Any], str]] = {
    "suspend": (UserAction.SUSPEND, actions.suspend, "keep the user from signing in"),
    "reactivate": (UserAction.REACTIVATE, actions.reactivate, "let a suspended user sign in again"),
    "sign-out": (UserAction.SIGN_OUT, actions.sign_out, "revoke every token of the user"),
    "confirm": (UserAction.CONFIRM, actions.confirm, "confirm a sign-up that waits for its code"),
    "reset-password": (UserAction.RESET_PASSWORD, actions.reset_password, "end the password and send a code"),
    "resend-invitation": (UserAction.RESEND_INVITATION, actions.resend_invitation, "invite again"),
    "reset-mfa": (UserAction.RESET_MFA, actions.reset_mfa, "forget the authenticator app"),
}
_USER = "user name, e-mail address, phone number or sub"


def add(subparsers: Any) -> None:
    _user(subparsers, "show", "one user, and what can help them sign in", reason=False)
    _user(subparsers, "security", "second factors, devices, sessions and sign-in history", reason=False)
    _user(subparsers, "sessions", "the active sessions", reason=False)
    create = subparsers.add_parser("create", help="a new user; a password, if you choose it, comes on standard input")
    create.add_argument("username", metavar="USERNAME", help="user name; e-mail or phone number where the pool says so")
    create.add_argument("attributes", nargs="*", metavar="NAME=VALUE", help="email=ada@example.com custom:tier=gold")
    create.add_argument("--invite", choices=("email", "sms", "none"), default="email", help="how (default: email)")
    create.add_argument("--password-stdin", action="store_true", help="read the temporary password from standard input")
    create.add_argument("--take-alias", action="store_true", help="take an address away from who has it verified")
    create.add_argument("--reason", default="", metavar="TEXT", help="why, for the activity")
    change = _user(subparsers, "set-attributes", "set attributes; NAME= deletes one")
    change.add_argument("attributes", nargs="+", metavar="NAME=VALUE")
    change.add_argument("--dry-run", action="store_true", help="only show what would change and be sent")
    for name, (_, _, words) in SIMPLE.items():
        parser = _user(subparsers, name, words)
        if name == "resend-invitation":
            parser.add_argument("--by", choices=("email", "sms"), help="default: e-mail where there is an address")
    password = _user(subparsers, "set-password", "set a password, read from standard input")
    password.add_argument("--permanent", action="store_true", help="the user need not replace it")
    password.add_argument("--generate", action="store_true", help="make one up and print it once")
    password.add_argument("--yes", action="store_true", help="also for a user of an external identity provider")
    revoke = _user(subparsers, "revoke-session", "end one session")
    revoke.add_argument("session", metavar="SESSION", help="its id: users sessions")
    revoke.add_argument("--linked", action="store_true", help="and the sessions linked with it")
    forget = _user(subparsers, "forget-device", "forget a remembered device")
    forget.add_argument("device", metavar="KEY", help="its key: users security")
    delete = _user(subparsers, "delete", "delete the user for ever")
    delete.add_argument("--yes", action="store_true", help="do it; without this, only say what would happen")


def _user(subparsers: Any, name: str, words: str, *, reason: bool = True) -> Any:
    parser = subparsers.add_parser(name, help=words)
    parser.add_argument("user", metavar="USER", help=_USER)
    if reason:
        parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the activity")
    return parser


def run(command: ConsoleCommand, options: dict[str, Any]) -> None:
    operator = operator_of(options)
    name = options["subcommand"]
    needs = Permission.VIEW if name in ("show", "security", "sessions") else Permission.MANAGE_USERS
    try:
        place = place_of(environment_of(options, operator, needs=needs))
    except NotLinked as refusal:
        raise Failed(str(refusal)) from refusal
    document, text = ACTIONS[name](place, options, operator)
    if options["format"] == "json":
        command.document(document)
    else:
        command.show(text)


Answer = tuple[Any, str]


def found(place: Place, text: str) -> CognitoUser:
    """The one user of this name, address, number or sub. Raises Failed where there are none, or several."""
    try:
        return people.find(place, text)
    except NotFound as error:
        where = recognise(text, rules_of(place).people)
        if where.attribute not in ("username", "email", "phone_number", "sub", "preferred_username"):
            raise Failed(f"The pool has no user “{text}”.") from error
        exact = users.UserFilter(where.attribute, where.value)
        rows = recent.overlay(place, users.page_of_users(place.target, place.pool_id, where=exact).items)
        if len(rows) != 1:
            names = ", ".join(user.username for user in rows)
            words = (
                f"Several users have it; name one by the user name: {names}." if rows else "The pool has no such user."
            )
            raise Failed(f"{text}: {words}") from error
        return rows[0]


def show(place: Place, options: Options, operator: Operator) -> Answer:
    user, rules = found(place, options["user"]), rules_of(place)
    help_ = help_for(situation_for(user, rules))
    names = sign_in_names(user, rules.people)
    document = presentation.user_report(user) | {
        "signs_in_with": list(names),
        "help": presentation.help_report(help_),
    }
    lines = [f"{user.label} ({user.username})", f"Status: {presentation.status_words(user)}"]
    lines += ["" if user.enabled else "Suspended"]
    lines += [f"{one.label}: {one.value}" for one in presentation.attributes_of(user, rules)]
    lines += [f"Sub: {user.sub}", "", help_.sentence]
    lines += [f"  users {offer.action}" for offer in help_.first]
    return document, "\n".join(lines)


def read_security(place: Place, options: Options, operator: Operator) -> Answer:
    document = security.security_report(security.security_of(place, found(place, options["user"])))
    if options["subcommand"] == "sessions":
        part = document["sessions"]
        if "value" not in part:
            raise Failed(part.get("not_offered") or f"{part['error']} {part['next_step']}")
        rows = part["value"]
        lines = [f"{row['id']}  {row['kind']}  {row['device']}  {row['ip']}  {row['last_active']}" for row in rows]
        return rows, "\n".join(lines) or "There are no active sessions."
    lines = []
    for name, part in document.items():
        lines.append(f"{name}: {part.get('value') or part.get('not_offered') or part.get('error') or 'none'}")
    return document, "\n".join(lines)


def _pairs(given: list[str]) -> dict[str, str]:
    """`NAME=VALUE` words. Raises Usage for one that is none, or a name given twice."""
    pairs: dict[str, str] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals or not name or name in pairs:
            raise Usage(f"Write each attribute once, as NAME=VALUE; this is not: {word}")
        pairs[name] = value
    return pairs


def _data(pairs: Mapping[str, str], **more: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({PREFIX + name: value for name, value in pairs.items()} | more)
    return data


def _valid(form: AttributesForm, pairs: Mapping[str, str]) -> None:
    known = {rule.name for rule in form.rules}
    if unknown := sorted(set(pairs) - known):
        raise Usage(f"Nobody can set {', '.join(unknown)} here. This pool has: {', '.join(sorted(known))}.")
    if not form.is_valid():
        lines = [f"{name.removeprefix(PREFIX)}: {text}" for name, texts in form.errors.items() for text in texts]
        raise Usage("\n".join(lines))


def create(place: Place, options: Options, operator: Operator) -> Answer:
    pairs = _pairs(options["attributes"])
    invite = {"email": "EMAIL", "sms": "SMS", "none": "none"}[options["invite"]]
    typed = {"password": _password_from_stdin()} if options["password_stdin"] else {}
    alias = {"take_alias": "on"} if options["take_alias"] else {}
    data = _data(pairs, username=options["username"], invite=invite, reason=options["reason"], **typed, **alias)
    form = CreateForm(data, people=rules_of(place).people)
    _valid(form, pairs)
    new = form.new
    user = actions.create(place=place, new=new, actor=operator.actor, reason=options["reason"])
    report: dict[str, Any] = presentation.user_report(user)
    text = f"Created {user.label} ({user.username})."
    if new.temporary_password and not typed:
        report["password"] = new.temporary_password
        text += f"\nTemporary password, shown once: {new.temporary_password}"
    return report, text


def set_attributes(place: Place, options: Options, operator: Operator) -> Answer:
    user, rules = found(place, options["user"]), rules_of(place)
    pairs = _pairs(options["attributes"])
    form = edit_form(user, rules.people, _data(pairs, reason=options["reason"]))
    _valid(form, pairs)
    plan = plan_of(user, form.entered, rules.people)
    lines = [f"{one.name}: {one.before or '-'} -> {one.after or '-'}" for one in plan.changes]
    lines += [one.text for one in plan.consequences] + [f"A code goes out {message}." for message in plan.messages]
    changes = [{"name": one.name, "before": one.before, "after": one.after} for one in plan.changes]
    now = user
    if not options["dry_run"]:
        now = actions.change_attributes(
            place=place, user=user, changes=form.entered, actor=operator.actor, reason=options["reason"]
        )
    return presentation.user_report(now) | {"changes": changes}, "\n".join(lines) or "Nothing to change."


def simple(place: Place, options: Options, operator: Operator) -> Answer:
    user, rules = found(place, options["user"]), rules_of(place)
    action, do, words = SIMPLE[options["subcommand"]]
    if action != UserAction.RESET_MFA and (why := why_not(action, user, rules)):
        raise Refused(f"{user.label}: {why}")
    more: dict[str, Any] = {}
    if action == UserAction.RESEND_INVITATION:
        ways = invitation_mediums(user, rules.people)
        more["deliver_by"] = options["by"].replace("email", "EMAIL").replace("sms", "SMS") if options["by"] else ways[0]
        words += f" by {MEDIUM_WORDS[more['deliver_by']]}"
    answer = do(place=place, user=user, actor=operator.actor, reason=options["reason"], **more)
    if isinstance(answer, CognitoUser):
        return presentation.user_report(answer), f"{user.label}: done ({words})."
    report = presentation.user_report(user) | {"factors": presentation.factors_report(answer)}
    return report, f"{user.label}: second factors now: {', '.join(answer.mfa) or 'none'}."


def _password_from_stdin() -> str:
    """One line, never from the command line, where other users of the machine could read it."""
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")


def set_password(place: Place, options: Options, operator: Operator) -> Answer:
    user, rules = found(place, options["user"]), rules_of(place)
    caution = help_for(situation_for(user, rules)).offer(UserAction.SET_PASSWORD).caution
    if user.status == "EXTERNAL_PROVIDER" and not options["yes"]:
        raise Refused(f"{caution} To do it anyway, run the command again with --yes.")
    policy = rules.people.pool.password_policy
    password = passwords.generated(policy) if options["generate"] else _password_from_stdin()
    if problem := passwords.problem_of(password, policy):
        raise Usage(problem)
    now = actions.set_password(
        place=place,
        user=user,
        actor=operator.actor,
        reason=options["reason"],
        password=password,
        permanent=options["permanent"],
    )
    shown = {"password": password} if options["generate"] else {}
    text = f"The password of {user.label} is set. Nobody was told."
    return presentation.user_report(now) | shown, f"{text}\n{password}" if shown else text


def revoke_session(place: Place, options: Options, operator: Operator) -> Answer:
    user = found(place, options["user"])
    actions.revoke_session(
        place=place,
        user=user,
        actor=operator.actor,
        reason=options["reason"],
        session_id=options["session"],
        linked=options["linked"],
    )
    return {"session": options["session"], "revoked": True}, "The session is ended."


def forget_device(place: Place, options: Options, operator: Operator) -> Answer:
    user = found(place, options["user"])
    actions.forget_device(place=place, user=user, actor=operator.actor, reason=options["reason"], key=options["device"])
    return {"device": options["device"], "forgotten": True}, "The device is forgotten."


def delete(place: Place, options: Options, operator: Operator) -> Answer:
    user = found(place, options["user"])
    if not options["yes"]:
        raise Usage(f"Cognito brings nobody back. To delete {user.label} for ever, run the command again with --yes.")
    actions.delete(place=place, user=user, actor=operator.actor, reason=options["reason"])
    return {"username": user.username, "deleted": True}, f"Deleted {user.label} ({user.username})."


ACTIONS: Mapping[str, Callable[[Place, Options, Operator], Answer]] = {
    "show": show,
    "security": read_security,
    "sessions": read_security,
    "create": create,
    "set-attributes": set_attributes,
    **dict.fromkeys(SIMPLE, simple),
    "set-password": set_password,
    "revoke-session": revoke_session,
    "forget-device": forget_device,
    "delete": delete,
}
