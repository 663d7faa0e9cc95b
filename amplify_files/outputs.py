"""Everything about the linked Amazon Cognito resources that reaches a generated file, in Cognito's own terms.

Files are derived from these raw values, one function per file, so that a value is interpreted in one place only.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Self

from amplify_files import snapshot

MASK = "********"
"""What a page shows in place of a client secret."""

USER_POOL_ONLY = "userPoolOnly"
IDENTITY_POOL_AND_USER_POOL = "identityPoolAndUserPool"

STANDARD_ATTRIBUTES = frozenset(
    {
        "address",
        "birthdate",
        "email",
        "family_name",
        "middle_name",
        "gender",
        "locale",
        "given_name",
        "name",
        "nickname",
        "phone_number",
        "preferred_username",
        "picture",
        "profile",
        "updated_at",
        "website",
        "zoneinfo",
    }
)
"""The attributes Amplify knows; ``sub`` and custom attributes are never listed as required."""

HOSTED_UI_PROVIDERS = ("COGNITO", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple")
"""The identity providers Amplify keeps; SAML and OIDC providers are dropped (Amplify project format, section 1.9)."""


@dataclass(frozen=True, kw_only=True)
class PasswordPolicy:
    """``Policies.PasswordPolicy`` of the user pool; ``minimum_length`` in characters."""

    minimum_length: int | None = None
    requires_lowercase: bool = False
    requires_uppercase: bool = False
    requires_numbers: bool = False
    requires_symbols: bool = False

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        return cls(
            minimum_length=snapshot.number_or_none(data, "minimum_length"),
            requires_lowercase=snapshot.flag_or(data, "requires_lowercase", False),
            requires_uppercase=snapshot.flag_or(data, "requires_uppercase", False),
            requires_numbers=snapshot.flag_or(data, "requires_numbers", False),
            requires_symbols=snapshot.flag_or(data, "requires_symbols", False),
        )


@dataclass(frozen=True, kw_only=True)
class MfaDetails:
    """The answer of ``GetUserPoolMfaConfig``.

    ``sms``, ``totp`` and ``email`` say whether the answer has that configuration. Amplify lists TOTP when its
    configuration is there even if it is disabled; ``totp_enabled`` keeps the truth for files that are not Amplify's.
    """

    sms: bool = False
    sms_caller_arn: str = ""
    totp: bool = False
    totp_enabled: bool = True
    email: bool = False

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        return cls(
            sms=snapshot.flag_or(data, "sms", False),
            sms_caller_arn=snapshot.text_or(data, "sms_caller_arn"),
            totp=snapshot.flag_or(data, "totp", False),
            totp_enabled=snapshot.flag_or(data, "totp_enabled", True),
            email=snapshot.flag_or(data, "email", False),
        )


@dataclass(frozen=True, kw_only=True)
class WebOAuth:
    """The OAuth properties of the web client, each list in the order Cognito gave it."""

    supported_identity_providers: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    callback_urls: tuple[str, ...] = ()
    logout_urls: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        return cls(
            supported_identity_providers=snapshot.texts(data, "supported_identity_providers"),
            flows=snapshot.texts(data, "flows"),
            scopes=snapshot.texts(data, "scopes"),
            callback_urls=snapshot.texts(data, "callback_urls"),
            logout_urls=snapshot.texts(data, "logout_urls"),
        )


@dataclass(frozen=True, kw_only=True)
class IdentityPool:
    """The linked identity pool. ``supported_login_providers`` holds pairs, because files keep the map's own order."""

    id: str
    name: str
    allow_unauthenticated: bool
    supported_login_providers: tuple[tuple[str, str], ...] = ()
    auth_role_arn: str = ""
    unauth_role_arn: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        return cls(
            id=snapshot.text(data, "id"),
            name=snapshot.text(data, "name"),
            allow_unauthenticated=snapshot.flag(data, "allow_unauthenticated"),
            supported_login_providers=snapshot.pairs(data, "supported_login_providers"),
            auth_role_arn=snapshot.text_or(data, "auth_role_arn"),
            unauth_role_arn=snapshot.text_or(data, "unauth_role_arn"),
        )


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of the user pool; the lowest precedence number wins, none is the weakest."""

    name: str
    precedence: int | None = None
    role_arn: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        return cls(
            name=snapshot.text(data, "name"),
            precedence=snapshot.number_or_none(data, "precedence"),
            role_arn=snapshot.text_or(data, "role_arn"),
        )


@dataclass(frozen=True, kw_only=True)
class AuthOutputs:
    """The raw values behind every generated file.

    ``domain`` is the prefix only, ``custom_domain`` a full host name. ``None`` means that Cognito returned no such
    value, which some files tell apart from an empty list. ``required_attributes`` are the names of the required schema
    attributes in the order Cognito gave them. ``mfa`` is ``None`` when it could not be read. The native client's
    secret is never stored, compared or shown by ``repr``; it is empty when it has not been loaded.
    """

    region: str
    user_pool_id: str
    user_pool_name: str
    web_client_id: str
    web_client_name: str = ""
    native_client_id: str
    native_client_has_secret: bool
    native_client_name: str = ""
    native_client_secret: str = field(default="", repr=False, compare=False)
    domain: str = ""
    custom_domain: str = ""
    username_attributes: tuple[str, ...] | None = None
    alias_attributes: tuple[str, ...] | None = None
    required_attributes: tuple[str, ...] = ()
    password_policy: PasswordPolicy | None = None
    mfa_configuration: str | None = None
    mfa: MfaDetails | None = None
    auto_verified_attributes: tuple[str, ...] | None = None
    custom_auth: bool = False
    web_oauth: WebOAuth = WebOAuth()
    identity_pool: IdentityPool | None = None
    groups: tuple[Group, ...] = ()

    @property
    def import_type(self) -> str:
        """Amplify's name for whether an identity pool belongs to the link."""
        return USER_POOL_ONLY if self.identity_pool is None else IDENTITY_POOL_AND_USER_POOL

    @property
    def shown_secret(self) -> str | None:
        """What a file shows as the native client's secret: the secret, the mask if it was not loaded, or nothing."""
        return (self.native_client_secret or MASK) if self.native_client_has_secret else None

    @property
    def secret_is_missing(self) -> bool:
        """Whether a file would show the mask in place of the secret: such a file may be viewed, but not used."""
        return self.shown_secret == MASK

    @property
    def hosted_ui_host(self) -> str:
        """The host name of the prefix domain, or nothing: Amplify Gen 1 files ignore a custom domain."""
        return f"{self.domain}.auth.{self.region}.amazoncognito.com" if self.domain else ""

    @property
    def kept_providers(self) -> tuple[str, ...]:
        """The web client's identity providers that Amplify keeps, in the client's order."""
        return tuple(name for name in self.web_oauth.supported_identity_providers if name in HOSTED_UI_PROVIDERS)

    @property
    def has_oauth(self) -> bool:
        """Whether OAuth reaches the Gen 1 files: without one of the five lists all of it is dropped (section 1.9)."""
        oauth = self.web_oauth
        return all((self.kept_providers, oauth.flows, oauth.scopes, oauth.callback_urls, oauth.logout_urls))

    @property
    def required_standard_attributes(self) -> tuple[str, ...]:
        """The required attributes that Amplify knows, in Cognito's order."""
        return tuple(name for name in self.required_attributes if name in STANDARD_ATTRIBUTES)

    def to_dict(self) -> dict[str, object]:
        """A snapshot of plain JSON values, without the secret; pairs keep an order that JSON objects may lose."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        del plain["native_client_secret"]
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """Read a snapshot. Unknown keys are ignored; a missing required one raises ``SnapshotInvalid``."""
        policy = snapshot.mapping_or_none(data, "password_policy")
        mfa = snapshot.mapping_or_none(data, "mfa")
        web_oauth = snapshot.mapping_or_none(data, "web_oauth")
        pool = snapshot.mapping_or_none(data, "identity_pool")
        return cls(
            region=snapshot.text(data, "region"),
            user_pool_id=snapshot.text(data, "user_pool_id"),
            user_pool_name=snapshot.text(data, "user_pool_name"),
            web_client_id=snapshot.text(data, "web_client_id"),
            web_client_name=snapshot.text_or(data, "web_client_name"),
            native_client_id=snapshot.text(data, "native_client_id"),
            native_client_has_secret=snapshot.flag(data, "native_client_has_secret"),
            native_client_name=snapshot.text_or(data, "native_client_name"),
            domain=snapshot.text_or(data, "domain"),
            custom_domain=snapshot.text_or(data, "custom_domain"),
            username_attributes=snapshot.texts_or_none(data, "username_attributes"),
            alias_attributes=snapshot.texts_or_none(data, "alias_attributes"),
            required_attributes=snapshot.texts(data, "required_attributes"),
            password_policy=None if policy is None else PasswordPolicy.from_dict(policy),
            mfa_configuration=snapshot.text_or_none(data, "mfa_configuration"),
            mfa=None if mfa is None else MfaDetails.from_dict(mfa),
            auto_verified_attributes=snapshot.texts_or_none(data, "auto_verified_attributes"),
            custom_auth=snapshot.flag_or(data, "custom_auth", False),
            web_oauth=WebOAuth() if web_oauth is None else WebOAuth.from_dict(web_oauth),
            identity_pool=None if pool is None else IdentityPool.from_dict(pool),
            groups=tuple(Group.from_dict(snapshot.mapping(item, "groups")) for item in snapshot.items(data, "groups")),
        )


def masked(outputs: AuthOutputs) -> AuthOutputs:
    """The same outputs with the mask in place of the secret, for showing a file on a page."""
    return replace(outputs, native_client_secret=MASK if outputs.native_client_has_secret else "")


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
