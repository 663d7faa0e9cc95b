"""What comes out of AWS: frozen values in the product's words, read from the API's answers in one place.

Every `from_api` ignores keys it does not know and raises KeyError for a required key that is missing.
"Missing" and "empty" are kept apart (`None` and `()`) where a generated file or a comparison depends on it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

Api = Mapping[str, Any]
Row = TypeVar("Row")


def _names(data: Api, key: str) -> tuple[str, ...] | None:
    return tuple(data[key]) if key in data and data[key] is not None else None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list. `next_token` is "" on the last one; AWS never tells how many pages there are."""

    items: tuple[Row, ...]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class UserPoolSummary:
    """One row of ListUserPools."""

    id: str
    name: str
    created: datetime | None

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(id=data["Id"], name=data["Name"], created=data.get("CreationDate"))


@dataclass(frozen=True, slots=True)
class SchemaAttribute:
    name: str
    required: bool
    mutable: bool
    data_type: str


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    minimum_length: int | None
    lowercase: bool
    uppercase: bool
    numbers: bool
    symbols: bool


@dataclass(frozen=True, slots=True)
class UserPool:
    """DescribeUserPool. `domain` is the prefix of the hosted UI, "" when there is none."""

    id: str
    name: str
    arn: str = ""
    created: datetime | None = None
    estimated_users: int | None = None
    domain: str = ""
    custom_domain: str = ""
    username_attributes: tuple[str, ...] | None = None
    alias_attributes: tuple[str, ...] | None = None
    schema: tuple[SchemaAttribute, ...] = ()
    password_policy: PasswordPolicy | None = None
    mfa_configuration: str | None = None
    auto_verified_attributes: tuple[str, ...] | None = None
    lambda_triggers: tuple[tuple[str, str], ...] = ()
    """Trigger name and function ARN, in the API's order."""
    deletion_protection: bool = False
    email_account: str = "COGNITO_DEFAULT"
    """`COGNITO_DEFAULT` (50 messages a day) or `DEVELOPER` (Amazon SES)."""
    recovery_mechanisms: tuple[str, ...] | None = None
    """`verified_email`, `verified_phone_number`, `admin_only`, best first; None when the pool has no setting."""
    case_sensitive: bool = True
    tier: str = ""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        policy = data.get("Policies", {}).get("PasswordPolicy")
        recovery = data.get("AccountRecoverySetting", {}).get("RecoveryMechanisms")
        return cls(
            id=data["Id"],
            name=data["Name"],
            arn=data.get("Arn", ""),
            created=data.get("CreationDate"),
            estimated_users=data.get("EstimatedNumberOfUsers"),
            domain=data.get("Domain") or "",
            custom_domain=data.get("CustomDomain") or "",
            username_attributes=_names(data, "UsernameAttributes"),
            alias_attributes=_names(data, "AliasAttributes"),
            schema=tuple(
                SchemaAttribute(
                    name=item["Name"],
                    required=bool(item.get("Required")),
                    mutable=bool(item.get("Mutable", True)),
                    data_type=item.get("AttributeDataType", "String"),
                )
                for item in data.get("SchemaAttributes") or ()
            ),
            password_policy=PasswordPolicy(
                minimum_length=policy.get("MinimumLength"),
                lowercase=bool(policy.get("RequireLowercase")),
                uppercase=bool(policy.get("RequireUppercase")),
                numbers=bool(policy.get("RequireNumbers")),
                symbols=bool(policy.get("RequireSymbols")),
            )
            if policy
            else None,
            mfa_configuration=data.get("MfaConfiguration"),
            auto_verified_attributes=_names(data, "AutoVerifiedAttributes"),
            lambda_triggers=tuple((k, v) for k, v in (data.get("LambdaConfig") or {}).items() if isinstance(v, str)),
            deletion_protection=data.get("DeletionProtection") == "ACTIVE",
            email_account=(data.get("EmailConfiguration") or {}).get("EmailSendingAccount", "COGNITO_DEFAULT"),
            recovery_mechanisms=tuple(item["Name"] for item in sorted(recovery, key=lambda item: item["Priority"]))
            if recovery
            else None,
            case_sensitive=bool((data.get("UsernameConfiguration") or {}).get("CaseSensitive", True)),
            tier=data.get("UserPoolTier", ""),
        )

    @property
    def region(self) -> str:
        """The Region is the part of the id before its underscore."""
        return self.id.partition("_")[0]


@dataclass(frozen=True, slots=True)
class MfaConfig:
    """GetUserPoolMfaConfig. A section that is present but disabled still counts for the generated files."""

    configuration: str | None = None
    sms_present: bool = False
    sns_caller_arn: str = ""
    totp_present: bool = False
    totp_enabled: bool = False
    email_present: bool = False

    @classmethod
    def from_api(cls, data: Api) -> Self:
        sms = data.get("SmsMfaConfiguration")
        totp = data.get("SoftwareTokenMfaConfiguration")
        return cls(
            configuration=data.get("MfaConfiguration"),
            sms_present=sms is not None,
            sns_caller_arn=((sms or {}).get("SmsConfiguration") or {}).get("SnsCallerArn", ""),
            totp_present=totp is not None,
            totp_enabled=bool((totp or {}).get("Enabled")),
            email_present=data.get("EmailMfaConfiguration") is not None,
        )


@dataclass(frozen=True, slots=True)
class AppClientSummary:
    """One row of ListUserPoolClients, which does not tell whether there is a secret."""

    id: str
    name: str

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(id=data["ClientId"], name=data["ClientName"])


@dataclass(frozen=True, slots=True)
class AppClient:
    """DescribeUserPoolClient. The secret never appears in a representation of the value."""

    id: str
    name: str
    user_pool_id: str = ""
    secret: str = field(default="", repr=False)
    supported_identity_providers: tuple[str, ...] | None = None
    callback_urls: tuple[str, ...] | None = None
    logout_urls: tuple[str, ...] | None = None
    oauth_flows: tuple[str, ...] | None = None
    oauth_scopes: tuple[str, ...] | None = None
    oauth_enabled: bool | None = None
    """AllowedOAuthFlowsUserPoolClient; None when the answer lacks it, which the CLI tells apart from False."""
    auth_flows: tuple[str, ...] | None = None
    """ExplicitAuthFlows; None means AWS's default set for the client."""
    prevent_user_existence_errors: bool = False
    token_revocation: bool = False
    access_token_validity: str = ""
    id_token_validity: str = ""
    refresh_token_validity: str = ""
    read_attributes: tuple[str, ...] | None = None
    write_attributes: tuple[str, ...] | None = None
    """None means every standard attribute is writable."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        units = data.get("TokenValidityUnits") or {}

        def validity(key: str, unit_key: str, default_unit: str) -> str:
            return f"{data[key]} {units.get(unit_key, default_unit)}" if data.get(key) else ""

        return cls(
            id=data["ClientId"],
            name=data["ClientName"],
            user_pool_id=data.get("UserPoolId", ""),
            secret=data.get("ClientSecret") or "",
            supported_identity_providers=_names(data, "SupportedIdentityProviders"),
            callback_urls=_names(data, "CallbackURLs"),
            logout_urls=_names(data, "LogoutURLs"),
            oauth_flows=_names(data, "AllowedOAuthFlows"),
            oauth_scopes=_names(data, "AllowedOAuthScopes"),
            oauth_enabled=data.get("AllowedOAuthFlowsUserPoolClient"),
            auth_flows=_names(data, "ExplicitAuthFlows"),
            prevent_user_existence_errors=data.get("PreventUserExistenceErrors") == "ENABLED",
            token_revocation=bool(data.get("EnableTokenRevocation")),
            access_token_validity=validity("AccessTokenValidity", "AccessToken", "hours"),
            id_token_validity=validity("IdTokenValidity", "IdToken", "hours"),
            refresh_token_validity=validity("RefreshTokenValidity", "RefreshToken", "days"),
            read_attributes=_names(data, "ReadAttributes"),
            write_attributes=_names(data, "WriteAttributes"),
        )

    @property
    def has_secret(self) -> bool:
        return bool(self.secret)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One sign-in provider of a pool. Its details hold secrets and are left behind."""

    name: str
    type: str
    attribute_mapping: tuple[tuple[str, str], ...] = ()
    """Pool attribute and the provider's claim."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            name=data["ProviderName"],
            type=data["ProviderType"],
            attribute_mapping=tuple((data.get("AttributeMapping") or {}).items()),
        )


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    description: str = ""
    precedence: int | None = None
    role_arn: str = ""
    created: datetime | None = field(default=None, compare=False)
    modified: datetime | None = field(default=None, compare=False)

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            name=data["GroupName"],
            description=data.get("Description") or "",
            precedence=data.get("Precedence"),
            role_arn=data.get("RoleArn") or "",
            created=data.get("CreationDate"),
            modified=data.get("LastModifiedDate"),
        )


@dataclass(frozen=True, slots=True)
class IdentityPoolSummary:
    """One row of ListIdentityPools."""

    id: str
    name: str

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(id=data["IdentityPoolId"], name=data["IdentityPoolName"])


@dataclass(frozen=True, slots=True)
class UserPoolProvider:
    """One CognitoIdentityProviders entry: a user pool with one of its app clients."""

    provider_name: str
    """`cognito-idp.<region>.amazonaws.com/<user pool id>`"""
    client_id: str
    server_side_token_check: bool = False


@dataclass(frozen=True, slots=True)
class IdentityPool:
    """DescribeIdentityPool."""

    id: str
    name: str
    allow_unauthenticated: bool = False
    allow_classic_flow: bool = False
    user_pool_providers: tuple[UserPoolProvider, ...] = ()
    supported_login_providers: tuple[tuple[str, str], ...] = ()
    """Provider host (`accounts.google.com`) and its app id, in the API's order."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            id=data["IdentityPoolId"],
            name=data["IdentityPoolName"],
            allow_unauthenticated=bool(data["AllowUnauthenticatedIdentities"]),
            allow_classic_flow=bool(data.get("AllowClassicFlow")),
            user_pool_providers=tuple(
                UserPoolProvider(
                    provider_name=item.get("ProviderName", ""),
                    client_id=item.get("ClientId", ""),
                    server_side_token_check=bool(item.get("ServerSideTokenCheck")),
                )
                for item in data.get("CognitoIdentityProviders") or ()
            ),
            supported_login_providers=tuple((data.get("SupportedLoginProviders") or {}).items()),
        )

    def entries_for(self, user_pool_id: str) -> tuple[UserPoolProvider, ...]:
        """The entries that name this pool. Only the suffix is compared (Amplify project format, section 1.7)."""
        return tuple(entry for entry in self.user_pool_providers if entry.provider_name.endswith(user_pool_id))


@dataclass(frozen=True, slots=True)
class IdentityPoolRoles:
    """GetIdentityPoolRoles; "" when a role is not set."""

    authenticated_arn: str = ""
    unauthenticated_arn: str = ""
    mapped_providers: tuple[str, ...] = ()

    @classmethod
    def from_api(cls, data: Api) -> Self:
        roles = data.get("Roles") or {}
        return cls(
            authenticated_arn=roles.get("authenticated", ""),
            unauthenticated_arn=roles.get("unauthenticated", ""),
            mapped_providers=tuple((data.get("RoleMappings") or {}).keys()),
        )


def role_name(arn: str) -> str:
    """The text after the last `/` of a role's ARN (Amplify project format, section 1.10)."""
    return arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Role:
    """iam:GetRole. The trust policy is kept as its JSON text, because a dict would not be frozen."""

    arn: str
    name: str
    trust_policy: str = "{}"
    path: str = "/"
    boundary_arn: str = ""
    """The policy beyond which the role can do nothing, whatever else it is allowed."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        document = data.get("AssumeRolePolicyDocument") or {}
        return cls(
            arn=data["Arn"],
            name=data["RoleName"],
            trust_policy=document if isinstance(document, str) else json.dumps(document, sort_keys=True),
            path=data.get("Path") or "/",
            boundary_arn=(data.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or "",
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """sts:GetCallerIdentity: the account behind the credentials, and who they are there."""

    account: str
    arn: str

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(account=data["Account"], arn=data["Arn"])
