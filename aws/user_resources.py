"""What comes out of AWS about the people of a user pool, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from aws.resources import Api, UserPool


def _attributes(rows: Any) -> dict[str, str]:
    return {row["Name"]: row.get("Value", "") for row in rows or ()}


@dataclass(frozen=True, slots=True)
class CognitoUser:
    """One user, as ListUsers answers. `username` is what admin calls take; it can never change."""

    username: str
    status: str
    """`UNCONFIRMED`, `CONFIRMED`, `EXTERNAL_PROVIDER`, `RESET_REQUIRED` or `FORCE_CHANGE_PASSWORD`."""
    enabled: bool
    created: datetime | None = None
    modified: datetime | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """By Cognito's names: `email`, `sub`, `custom:tier`."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            username=data["Username"],
            status=data.get("UserStatus", "UNKNOWN"),
            enabled=bool(data.get("Enabled", True)),
            created=data.get("UserCreateDate"),
            modified=data.get("UserLastModifiedDate"),
            # AdminGetUser spells the same member differently.
            attributes=_attributes(data.get("Attributes") or data.get("UserAttributes")),
        )

    @property
    def sub(self) -> str:
        return self.attributes.get("sub", "")

    @property
    def email(self) -> str:
        return self.attributes.get("email", "")

    @property
    def phone_number(self) -> str:
        return self.attributes.get("phone_number", "")

    @property
    def label(self) -> str:
        """What a person recognises this user by: e-mail address, phone number, name, user name."""
        return self.email or self.phone_number or self.attributes.get("name", "") or self.username

    def is_verified(self, name: str) -> bool:
        """Whether `email` or `phone_number` is there and verified."""
        return bool(self.attributes.get(name)) and self.attributes.get(f"{name}_verified", "").lower() == "true"


@dataclass(frozen=True, slots=True)
class AuthFactors:
    """What AdminGetUserAuthFactors and AdminGetUser tell of a user's second factors."""

    mfa: tuple[str, ...] = ()
    """`SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`, `WEB_AUTHN`."""
    preferred: str = ""
    first_factors: tuple[str, ...] = ()
    """`PASSWORD`, `EMAIL_OTP`, `SMS_OTP`, `WEB_AUTHN`."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            mfa=tuple(data.get("UserMFASettingList") or ()),
            preferred=data.get("PreferredMfaSetting") or "",
            first_factors=tuple(data.get("ConfiguredUserAuthFactors") or ()),
        )


@dataclass(frozen=True, slots=True)
class Device:
    """A device that Cognito remembers for a user."""

    key: str
    name: str = ""
    last_ip: str = ""
    status: str = ""
    """`remembered` or `not_remembered`."""
    created: datetime | None = None
    last_used: datetime | None = None

    @classmethod
    def from_api(cls, data: Api) -> Self:
        attributes = _attributes(data.get("DeviceAttributes"))
        return cls(
            key=data["DeviceKey"],
            name=attributes.get("device_name", ""),
            last_ip=attributes.get("last_ip_used", ""),
            status=attributes.get("dev:device_remembered_status") or attributes.get("device_status", ""),
            created=data.get("DeviceCreateDate"),
            last_used=data.get("DeviceLastAuthenticatedDate"),
        )


@dataclass(frozen=True, slots=True)
class UserSession:
    """One active session of a user."""

    id: str
    kind: str
    """`TOKEN` or `SSO`."""
    client_id: str = ""
    created: datetime | None = None
    last_active: datetime | None = None
    device: str = ""
    ip: str = ""
    city: str = ""
    country: str = ""
    origin_id: str = ""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        location = data.get("LastLocation") or {}
        return cls(
            id=data["SessionId"],
            kind=data.get("SessionType", ""),
            client_id=data.get("ClientId", ""),
            created=data.get("CreateDate"),
            last_active=data.get("LastActiveDate"),
            device=data.get("DeviceType", ""),
            ip=data.get("LastIPAddress", ""),
            city=location.get("City", ""),
            country=location.get("Country", ""),
            origin_id=data.get("OriginSessionId", ""),
        )


@dataclass(frozen=True, slots=True)
class AuthEvent:
    """One line of a user's sign-in history, which threat protection keeps."""

    id: str
    kind: str
    """`SignIn`, `SignUp`, `ForgotPassword`, `PasswordChange` or `ResendCode`."""
    outcome: str
    """`Pass`, `Fail` or `InProgress`."""
    at: datetime | None = None
    risk: str = ""
    """`NoRisk`, `AccountTakeover` or `Block`."""
    risk_level: str = ""
    ip: str = ""
    device: str = ""
    city: str = ""
    country: str = ""
    challenges: tuple[tuple[str, str], ...] = ()
    """(`Password` or `Mfa`, `Success` or `Failure`)."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        context, risk = data.get("EventContextData") or {}, data.get("EventRisk") or {}
        return cls(
            id=data["EventId"],
            kind=data.get("EventType", ""),
            outcome=data.get("EventResponse", ""),
            at=data.get("CreationDate"),
            risk=risk.get("RiskDecision", ""),
            risk_level=risk.get("RiskLevel", ""),
            ip=context.get("IpAddress", ""),
            device=context.get("DeviceName", ""),
            city=context.get("City", ""),
            country=context.get("Country", ""),
            challenges=tuple(
                (one.get("ChallengeName", ""), one.get("ChallengeResponse", ""))
                for one in data.get("ChallengeResponses") or ()
            ),
        )


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """One attribute of a pool's schema, with its limits. Lengths are characters of text; bounds are numbers."""

    name: str
    data_type: str
    """`String`, `Number`, `DateTime` or `Boolean`."""
    required: bool = False
    mutable: bool = True
    minimum_length: int | None = None
    maximum_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None

    @classmethod
    def from_api(cls, data: Api) -> Self:
        text, number = data.get("StringAttributeConstraints") or {}, data.get("NumberAttributeConstraints") or {}

        def limit(constraints: Api, key: str) -> int | None:
            # AWS writes these numbers as text.
            return int(constraints[key]) if constraints.get(key) not in (None, "") else None

        return cls(
            name=data["Name"],
            data_type=data.get("AttributeDataType", "String"),
            required=bool(data.get("Required")),
            mutable=bool(data.get("Mutable", True)),
            minimum_length=limit(text, "MinLength"),
            maximum_length=limit(text, "MaxLength"),
            minimum=limit(number, "MinValue"),
            maximum=limit(number, "MaxValue"),
        )

    @property
    def is_custom(self) -> bool:
        return self.name.startswith(("custom:", "dev:custom:"))


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """What DescribeUserPool tells of how the pool treats its users, beside what `UserPool` already holds."""

    pool: UserPool
    attributes: tuple[AttributeRule, ...] = ()
    temporary_password_days: int = 7
    password_history: int = 0
    only_admins_create: bool = False
    invitation_email: str = ""
    """The template of the invitation; "" means Cognito's own text, which has its placeholder."""
    invitation_sms: str = ""
    verified_before_change: tuple[str, ...] = ()
    """Attributes that keep their old value until a change to them is verified."""
    threat_protection: str = "OFF"
    """`OFF`, `AUDIT` or `ENFORCED`."""
    sends_sms: bool = False
    remembers_devices: bool = False
    sender: str = ""
    """The address that the pool's own e-mails come from; "" with Cognito's own sender."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        policy = (data.get("Policies") or {}).get("PasswordPolicy") or {}
        creating = data.get("AdminCreateUserConfig") or {}
        template = creating.get("InviteMessageTemplate") or {}
        email = data.get("EmailConfiguration") or {}
        days = policy.get("TemporaryPasswordValidityDays") or creating.get("UnusedAccountValidityDays") or 7
        return cls(
            pool=UserPool.from_api(data),
            attributes=tuple(AttributeRule.from_api(row) for row in data.get("SchemaAttributes") or ()),
            # Zero stands for the default (AWS, PasswordPolicyType).
            temporary_password_days=int(days),
            password_history=int(policy.get("PasswordHistorySize") or 0),
            only_admins_create=bool(creating.get("AllowAdminCreateUserOnly")),
            invitation_email=template.get("EmailMessage") or "",
            invitation_sms=template.get("SMSMessage") or "",
            verified_before_change=tuple(
                (data.get("UserAttributeUpdateSettings") or {}).get("AttributesRequireVerificationBeforeUpdate") or ()
            ),
            threat_protection=(data.get("UserPoolAddOns") or {}).get("AdvancedSecurityMode") or "OFF",
            sends_sms=bool((data.get("SmsConfiguration") or {}).get("SnsCallerArn")),
            remembers_devices=bool(data.get("DeviceConfiguration")),
            sender=email.get("From") or email.get("SourceArn", "").rpartition("/")[2],
        )

    def rule(self, name: str) -> AttributeRule | None:
        return next((one for one in self.attributes if one.name == name), None)

    @property
    def default_sender(self) -> bool:
        """Whether Cognito's own sender writes the e-mails: fifty a day for the whole account."""
        return self.pool.email_account != "DEVELOPER"
