"""What one cell of the matrix says, from plain facts about one environment. Pure."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from admin_ui.matrix.versions import Versions
from amplify_files.outputs import AuthOutputs, PasswordPolicy

_ATTRIBUTES = {"email": "email", "phone_number": "phone", "preferred_username": "preferred username"}
_MFA = {"OFF": "Off", "OPTIONAL": "Optional", "ON": "Required"}


@dataclass(frozen=True, slots=True)
class Work:
    """Something unfinished in an environment. `state` is of the look's vocabulary; `job` is the id of one, `to` the
    route of another page that shows it."""

    title: str
    words: str
    state: str
    to: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What this console knows of one environment without asking AWS.

    `account` has twelve digits, or is empty where no ARN has told it. `role_arn` is empty for the console's own
    credentials. `outputs` is what reaches the generated files, `None` while nothing is linked, and `versions` are
    digests of it. `drifted` and `ignored`
    count changes in Cognito since the link was made; `watched` says whether the console looks for them by itself, and
    `trouble` why it last could not. `managed` resources were made by this console. `backend` is the state and the words
    of where an Amplify backend stands, `read` when it was last read.
    """

    name: str
    production: bool = False
    kind: str = "standalone"
    kind_words: str = "Standalone"
    app: str = ""
    region: str
    role_arn: str = ""
    account: str = ""
    outputs: AuthOutputs | None = None
    versions: Versions | None = None
    health: str = "not-linked"
    health_words: str = "Not linked"
    managed: bool = False
    drifted: int = 0
    ignored: int = 0
    checked: datetime | None = None
    watched: bool = True
    trouble: str = ""
    backend: tuple[str, str] | None = None
    pushed: datetime | None = None
    read: datetime | None = None
    work: tuple[Work, ...] = ()
    may_import: bool = False

    @property
    def is_amplify(self) -> bool:
        return self.kind == "amplify"


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell says.

    `plain` is what scripts read, None where there is nothing; it is also what is compared, unless `compared` says more.
    `detail` is a second, smaller line,
    an identifier if `is_id`. `state` is of the look's vocabulary, `when` a moment instead of `text`, `full` the whole
    of what `text` shortens, `to` the route where one changes it, `job` the id of a job to look at. `invites` marks what
    is missing, and that one can do something about it there.
    """

    plain: Any = None
    text: str = ""
    detail: str = ""
    is_id: bool = False
    full: str = ""
    state: str = ""
    when: datetime | None = None
    to: str = ""
    job: str = ""
    invites: bool = False
    compared: Any = None

    @property
    def key(self) -> Any:
        """What this value is compared by, and counted."""
        key = self.plain if self.compared is None else self.compared
        return tuple(key) if isinstance(key, list) else key


NOTHING = Value()


def health(facts: Facts) -> Value:
    if facts.outputs is None:
        if not facts.is_amplify:
            return Value(facts.health, "Not linked", state="stopped", to="authentication")
        # The backend is connected, and nothing says yet which Cognito resources belong to it.
        return Value(facts.health, "Import required", state="warn", to=_way_to_import(facts))
    return Value(facts.health, facts.health_words, state=facts.health, to="authentication")


def _way_to_import(facts: Facts) -> str:
    return "import" if facts.may_import else "authentication"


def drift(facts: Facts) -> Value:
    if facts.outputs is None:
        return NOTHING
    ignored = f"{facts.ignored} ignored" if facts.ignored else ""
    if not facts.drifted:
        return Value(0, "None", detail=ignored, state="pass", to="drift")
    words = f"{facts.drifted} change{'s' if facts.drifted != 1 else ''}"
    return Value(facts.drifted, words, detail=ignored, state="warn", to="drift")


def checked(facts: Facts) -> Value:
    if not facts.checked:
        return NOTHING
    detail = "The last try failed" if facts.trouble else "" if facts.watched else "Not watched"
    return Value(facts.checked, when=facts.checked, detail=detail, full=facts.trouble, to="watch-settings")


def backend(facts: Facts) -> Value:
    if facts.backend is None:
        return NOTHING
    state, words = facts.backend
    return Value(words, words, state=state, to="push")


def last_push(facts: Facts) -> Value:
    if facts.backend is None:
        return NOTHING
    if facts.pushed is None:
        return Value(None, "Never from here", to="deployments")
    return Value(facts.pushed, when=facts.pushed, to="deployments")


def file_version(facts: Facts) -> Value:
    if facts.versions is None:
        return NOTHING
    found = facts.versions
    return Value(found.files, found.files, detail=f"amplify_outputs {found.schema}", is_id=True, to="files")


def settings_version(facts: Facts) -> Value:
    if facts.versions is None:
        return NOTHING
    return Value(facts.versions.settings, facts.versions.settings, is_id=True, to="files")


def work(facts: Facts) -> Value:
    """The newest of what is unfinished here, and how much else there is."""
    if not facts.work:
        return Value([])
    newest, *others = facts.work
    words = f"{newest.words}, and {len(others)} more" if others else newest.words
    return Value(
        [one.title for one in facts.work], newest.title, words, state=newest.state, to=newest.to, job=newest.job
    )


def user_pool(facts: Facts) -> Value:
    if facts.outputs is None:
        words = "Import Cognito resources" if facts.is_amplify else "Choose Cognito resources"
        to = _way_to_import(facts) if facts.is_amplify else "authentication"
        return Value(text=words, to=to, invites=True) if facts.may_import else NOTHING
    return _resource(facts.outputs.user_pool_id, facts.outputs.user_pool_name, to="authentication")


def origin(facts: Facts) -> Value:
    if facts.outputs is None:
        return NOTHING
    return Value("managed", "Made here", to="scratch") if facts.managed else Value("imported", "Imported", to="cognito")


def web_client(facts: Facts) -> Value:
    return _resource(facts.outputs.web_client_id, facts.outputs.web_client_name) if facts.outputs else NOTHING


def mobile_client(facts: Facts) -> Value:
    return _resource(facts.outputs.native_client_id, facts.outputs.native_client_name) if facts.outputs else NOTHING


def identity_pool(facts: Facts) -> Value:
    if facts.outputs is None:
        return NOTHING
    pool = facts.outputs.identity_pool
    return _resource(pool.id, pool.name) if pool else Value(text="Not used", to="swap")


def _resource(id: str, name: str, to: str = "swap") -> Value:
    return Value(id, name or id, detail=id if name else "", is_id=True, full=name, to=to)


def authenticated_role(facts: Facts) -> Value:
    pool = facts.outputs.identity_pool if facts.outputs else None
    return _role(pool.auth_role_arn) if pool else NOTHING


def unauthenticated_role(facts: Facts) -> Value:
    pool = facts.outputs.identity_pool if facts.outputs else None
    return _role(pool.unauth_role_arn) if pool else NOTHING


def _role(arn: str) -> Value:
    return Value(arn, role_name(arn), full=arn, to="cognito") if arn else Value(text="None", to="cognito")


def role_name(arn: str) -> str:
    """The name at the end of a role's ARN; its path is left out."""
    return arn.rpartition("/")[2]


def guest_access(facts: Facts) -> Value:
    pool = facts.outputs.identity_pool if facts.outputs else None
    if pool is None:
        return NOTHING
    words = "Allowed" if pool.allow_unauthenticated else "Not allowed"
    return Value(pool.allow_unauthenticated, words, to="cognito")


def sign_in(facts: Facts) -> Value:
    """What people type: the attributes that stand for a user name, or a user name and the aliases of it."""
    if facts.outputs is None:
        return NOTHING
    names = list(facts.outputs.username_attributes or ())
    plain = sorted(names) if names else ["username", *sorted(facts.outputs.alias_attributes or ())]
    words = " or ".join(_ATTRIBUTES.get(name, name) for name in plain)
    return Value(plain, words[:1].upper() + words[1:], to="cognito")


def mfa(facts: Facts) -> Value:
    if facts.outputs is None:
        return NOTHING
    outputs, methods = facts.outputs, []
    kind = outputs.mfa_configuration or "OFF"
    if outputs.mfa and kind != "OFF":
        kinds = (("SMS", outputs.mfa.sms), ("app", outputs.mfa.totp and outputs.mfa.totp_enabled),
                 ("email", outputs.mfa.email))  # fmt: skip
        methods = [name for name, usable in kinds if usable]
    detail = ", ".join(methods)
    return Value(
        kind,
        _MFA.get(kind, kind),
        detail=detail[:1].upper() + detail[1:],
        to="cognito",
        compared=(kind, *methods),
    )


def password_policy(facts: Facts) -> Value:
    if facts.outputs is None:
        return NOTHING
    policy = facts.outputs.password_policy
    if policy is None:
        return Value(text="Not known", to="cognito")
    length = f"{policy.minimum_length} or more characters" if policy.minimum_length else "No length set"
    kinds = ", ".join(_required(policy))
    return Value(asdict(policy), length, detail=kinds, to="cognito", compared=f"{length}; {kinds}")


def _required(policy: PasswordPolicy) -> list[str]:
    kinds = {
        "A–Z": policy.requires_uppercase,
        "a–z": policy.requires_lowercase,
        "0–9": policy.requires_numbers,
        "symbol": policy.requires_symbols,
    }
    return [name for name, is_required in kinds.items() if is_required]


def kind(facts: Facts) -> Value:
    return Value(facts.kind, facts.kind_words, detail=facts.app, to="environment")


def region(facts: Facts) -> Value:
    return Value(facts.region, facts.region, to="environment-settings")


def account(facts: Facts) -> Value:
    """The account's number, as far as an ARN has told it, and by which credentials the console reaches it."""
    access = f"Role {role_name(facts.role_arn)}" if facts.role_arn else "Default credentials"
    if not facts.account:
        return Value(text=access, to="environment-settings")
    return Value(facts.account, facts.account, detail=access, full=facts.role_arn, to="environment-settings")
