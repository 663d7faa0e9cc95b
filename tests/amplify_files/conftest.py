"""The sample links whose files the golden folder holds, one folder per sample."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amplify_files.context import EnvironmentStack, ProjectContext
from amplify_files.outputs import AuthOutputs, Group, IdentityPool, MfaDetails, PasswordPolicy, WebOAuth

Sample = tuple[AuthOutputs, ProjectContext]

HOSTILE_NAME = "<script>alert(\"1\")</script>\u2028\U0001f6cd\u202e\u05d0\u05d1\u05d2 ''' $x \\"
GROUP_ROLE = "arn:aws:iam::111122223333:role/ShopGroup"
CONTEXT = ProjectContext(project_name="shop", environment_name="dev")
STACK_NAME = "amplify-shop-dev-3f2a1"

USER_POOL_ONLY = AuthOutputs(
    region="eu-west-1",
    user_pool_id="eu-west-1_Zq3LmN0pA",
    user_pool_name="shop-users",
    web_client_id="5kq0example0web",
    native_client_id="7tq0example0nat",
    native_client_has_secret=False,
    domain="shop-users",
    username_attributes=("email",),
    required_attributes=("sub", "email", "custom:tier"),
    password_policy=PasswordPolicy(
        minimum_length=10, requires_lowercase=True, requires_uppercase=True, requires_numbers=True
    ),
    mfa_configuration="OFF",
    auto_verified_attributes=("email",),
)
POOL = IdentityPool(
    id="eu-west-1:0b1f2c3d-1111-4222-8333-944455556666",
    name="shop_identity",
    allow_unauthenticated=True,
    auth_role_arn="arn:aws:iam::111122223333:role/service-role/ShopAuth",
    unauth_role_arn="arn:aws:iam::111122223333:role/ShopUnauth",
)
GOOGLE_LOGIN = ("accounts.google.com", "1234-goog.apps.example.com")
OAUTH = WebOAuth(
    supported_identity_providers=("COGNITO", "Google"),
    flows=("code",),
    scopes=("openid", "email"),
    callback_urls=("https://shop.example/", "shopapp://in/"),
    logout_urls=("https://shop.example/out",),
)
IDENTITY_POOL = replace(
    USER_POOL_ONLY,
    native_client_has_secret=True,
    native_client_secret="1s0example0secret",
    username_attributes=("email", "phone_number"),
    mfa_configuration="OPTIONAL",
    mfa=MfaDetails(sms=True, sms_caller_arn="arn:aws:iam::111122223333:role/shop-sms", totp=True),
    web_oauth=OAUTH,
    identity_pool=replace(POOL, supported_login_providers=(GOOGLE_LOGIN,)),
)

SAMPLES: dict[str, Sample] = {
    "user_pool_only": (USER_POOL_ONLY, CONTEXT),
    "no_password_policy": (replace(USER_POOL_ONLY, password_policy=None), CONTEXT),
    "identity_pool": (
        IDENTITY_POOL,
        replace(
            CONTEXT,
            kind="amplify",
            last_push=datetime(2026, 3, 2, 10, 11, 12, 345678, tzinfo=UTC),
            stack=EnvironmentStack(
                region="eu-west-1",
                stack_name=STACK_NAME,
                stack_id=f"arn:aws:cloudformation:eu-west-1:111122223333:stack/{STACK_NAME}/"
                "6b1d0a10-aaaa-11ee-9999-0a1b2c3d4e5f",
                deployment_bucket_name=f"{STACK_NAME}-deployment",
                auth_role_name=f"{STACK_NAME}-authRole",
                auth_role_arn=f"arn:aws:iam::111122223333:role/{STACK_NAME}-authRole",
                unauth_role_name=f"{STACK_NAME}-unauthRole",
                unauth_role_arn=f"arn:aws:iam::111122223333:role/{STACK_NAME}-unauthRole",
                amplify_app_id="d2examplexyz01",
            ),
        ),
    ),
    "secret_not_loaded": (replace(IDENTITY_POOL, native_client_secret=""), CONTEXT),
    "hosted_ui": (
        replace(
            USER_POOL_ONLY,
            web_oauth=replace(
                OAUTH,
                supported_identity_providers=(
                    "SignInWithApple",
                    "Facebook",
                    "COGNITO",
                    "LoginWithAmazon",
                    "Sample-SAML",
                    "Google",
                ),
                flows=("implicit", "code"),
            ),
        ),
        CONTEXT,
    ),
    "social": (
        replace(
            USER_POOL_ONLY,
            domain="",
            identity_pool=replace(
                POOL,
                supported_login_providers=(
                    ("graph.facebook.com", "987654"),
                    ("login.example.com", "ignored"),
                    GOOGLE_LOGIN,
                ),
            ),
        ),
        replace(CONTEXT, frontend="android"),
    ),
    "custom_domain": (
        replace(USER_POOL_ONLY, domain="", custom_domain="login.shop.example", web_oauth=OAUTH),
        CONTEXT,
    ),
    "alias_attributes": (
        replace(
            USER_POOL_ONLY,
            domain="",
            username_attributes=None,
            alias_attributes=("email",),
            password_policy=None,
            auto_verified_attributes=None,
        ),
        CONTEXT,
    ),
    "mfa_required": (
        replace(
            USER_POOL_ONLY,
            mfa_configuration="ON",
            mfa=MfaDetails(sms=True, totp=True, totp_enabled=False, email=True),
            custom_auth=True,
            groups=(
                Group(name="Everyone"),
                Group(name="Editors", precedence=5, role_arn=GROUP_ROLE),
                Group(name="Admins", precedence=0),
            ),
        ),
        CONTEXT,
    ),
    "hostile_names": (
        replace(
            USER_POOL_ONLY,
            user_pool_name=HOSTILE_NAME,
            identity_pool=replace(
                POOL, name=HOSTILE_NAME, supported_login_providers=(("accounts.google.com", HOSTILE_NAME),)
            ),
            groups=(
                Group(name=HOSTILE_NAME, precedence=1, role_arn=GROUP_ROLE),
                Group(name="__proto__", role_arn=GROUP_ROLE),
                Group(name="No role"),
            ),
        ),
        CONTEXT,
    ),
}


@pytest.fixture
def samples() -> dict[str, Sample]:
    return SAMPLES


@pytest.fixture
def user_pool_only() -> AuthOutputs:
    return USER_POOL_ONLY


@pytest.fixture
def identity_pool() -> AuthOutputs:
    return IDENTITY_POOL


@pytest.fixture
def context() -> ProjectContext:
    return CONTEXT
