"""Under `cli` the verdict is the genuine CLI's, judged here by a second, straight reading of its procedure."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings

from auth_import.findings import RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules import RULES, run, verdict
from aws.errors import Fault
from aws.resources import AppClient, AppClientSummary
from tests.auth_import.rules.rule_observations import (
    GOOD,
    GUEST_ARN,
    NATIVE,
    NATIVE_ID,
    THIRD_ID,
    USER_POOL_ONLY,
    WEB,
    WEB_ID,
    both,
    entries,
    fault,
    identity_pool,
    in_amplify,
    native,
    one_client_for_both,
    pool,
    roles,
    setting,
    web,
    with_third,
)
from tests.auth_import.rules.rule_strategies import complete_observations


class Refused(Exception):
    """What the CLI would throw."""


def _ask(answer: object) -> object:
    """The SDK raises what AWS refuses, and the CLI passes it on."""
    if isinstance(answer, Fault):
        raise Refused(answer.code)
    return answer


def _import_headless(o: Observation) -> None:
    """Amplify project format, sections 1.6 to 1.10, in the order of the CLI's own steps."""
    if o.setting.existing_auth:
        raise Refused("already there")
    region, _, _ = o.choice.user_pool_id.partition("_")
    if region != o.setting.region:
        raise Refused("pool not found")
    _ask(o.pool)
    summaries = _ask(o.clients)
    assert isinstance(summaries, tuple)
    described: dict[str, AppClient] = {}
    for summary in summaries:
        for place, answer in ((o.choice.web_client_id, o.web_client), (o.choice.native_client_id, o.native_client)):
            if summary.id == place:
                client = _ask(answer)
                assert isinstance(client, AppClient)
                described[client.id] = client
        for client in o.other_clients:
            if client.id == summary.id:
                described[client.id] = client
    without_secret = [client.id for client in described.values() if client.secret == ""]
    if not without_secret:
        raise Refused("no web client")
    wants_identity_pool = o.choice.identity_pool_id != ""
    if wants_identity_pool:
        identity = _ask(o.identity_pool)
        valid = any(
            entry.provider_name.endswith(o.choice.user_pool_id) and entry.client_id in without_secret
            for entry in identity.user_pool_providers  # type: ignore[attr-defined]
        )
        if not valid:
            raise Refused("no identity pool for this user pool")
    if o.choice.web_client_id not in without_secret:
        raise Refused("web client not found")
    if o.choice.native_client_id not in described:
        raise Refused("native client not found")
    w, n = described[o.choice.web_client_id], described[o.choice.native_client_id]
    for left, right in (
        (w.supported_identity_providers, n.supported_identity_providers),
        (w.callback_urls, n.callback_urls),
        (w.logout_urls, n.logout_urls),
        (w.oauth_flows, n.oauth_flows),
        (w.oauth_scopes, n.oauth_scopes),
    ):
        if sorted(left or []) != sorted(right or []):
            raise Refused("OAuth properties do not match")
    if w.oauth_enabled != n.oauth_enabled:
        raise Refused("OAuth properties do not match")
    supported = {"COGNITO", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple"}
    if supported.intersection(w.supported_identity_providers or []):
        _ask(o.identity_providers)
    if wants_identity_pool:
        named = _ask(o.identity_pool_roles)
        for arn in (named.authenticated_arn, named.unauthenticated_arn):  # type: ignore[attr-defined]
            head, slash, _ = arn.partition("/")
            if not slash or not head.startswith("arn:"):
                raise Refused("a role is missing")


def cli_accepts(observation: Observation) -> bool:
    try:
        _import_headless(observation)
    except Refused:
        return False
    return True


@settings(max_examples=150)
@given(observation=complete_observations())
def test_the_verdict_is_the_genuine_one(observation: Observation) -> None:
    accepted = cli_accepts(observation)
    event("accepted" if accepted else "refused")
    findings = run(observation, RuleSet.CLI)
    assert (verdict(findings) == "accepted") is accepted, [f.id for f in findings if f.severity is Severity.FAIL]


SAME_NO_SECRET = replace(one_client_for_both(), other_clients=())
CASES = [
    ("both clients, everything in place", GOOD, True),
    ("user pool only", USER_POOL_ONLY, True),
    ("one client for both", one_client_for_both(), True),
    ("one client for both, the only one of the pool", replace(SAME_NO_SECRET, clients=GOOD.clients[:1]), True),  # type: ignore[index]
    ("native without a secret", native(secret=""), True),
    ("web with a secret", web(secret="sample"), False),
    ("an unordered but equal set of URLs", native(callback_urls=("shop://in", "https://shop.example.com/")), True),
    ("a missing flag against a set one", native(oauth_enabled=None), False),
    ("different URLs without any provider", both(supported_identity_providers=None), True),
    (
        "different URLs without any provider, compared all the same",
        replace(
            both(supported_identity_providers=()),
            native_client=replace(NATIVE, supported_identity_providers=(), logout_urls=()),
        ),  # noqa: E501
        False,
    ),
    ("only the web client attached", identity_pool(user_pool_providers=entries(WEB_ID)), True),
    ("only the secret client attached", identity_pool(user_pool_providers=entries(NATIVE_ID)), False),
    ("only a third client without a secret", identity_pool(with_third(), user_pool_providers=entries(THIRD_ID)), True),
    ("another user pool attached", identity_pool(user_pool_providers=entries(WEB_ID, provider="x/eu-west-1_B")), False),
    (
        "no role for guests, though guests are off",
        roles(identity_pool(allow_unauthenticated=False), unauthenticated_arn=""),
        False,
    ),  # noqa: E501
    ("no authenticated role", roles(authenticated_arn=""), False),
    ("a role's ARN without a slash", roles(unauthenticated_arn="arn:aws:iam::111122223333:ShopUnauth"), False),
    ("both slots name one role", roles(authenticated_arn=GUEST_ARN), True),
    ("a role that IAM does not have", replace(GOOD, authenticated_role=fault("not-found", "iam:GetRole")), True),
    ("IAM may not be asked", replace(GOOD, authenticated_role=fault("denied", "iam:GetRole")), True),
    ("MFA may not be asked", replace(GOOD, mfa=fault("denied", "cognito-idp:GetUserPoolMfaConfig")), True),
    ("groups may not be asked", replace(GOOD, groups=fault("denied", "cognito-idp:ListGroups")), True),
    (
        "providers may not be asked",
        replace(GOOD, identity_providers=fault("denied", "cognito-idp:ListIdentityProviders")),
        False,
    ),  # noqa: E501
    ("clients may not be listed", replace(GOOD, clients=fault("denied", "cognito-idp:ListUserPoolClients")), False),
    ("the pool may not be described", replace(GOOD, pool=fault("denied", "cognito-idp:DescribeUserPool")), False),
    ("the pool of another Region", setting(GOOD, region="us-east-1"), False),
    ("auth imported before", setting(GOOD, existing_auth="imported"), False),
    ("auth managed by Amplify", setting(GOOD, existing_auth="managed"), False),
    ("a name with an underscore", in_amplify(GOOD, project_name="my_shop"), True),
    ("alias attributes", pool(alias_attributes=("email",)), True),
    ("missing logout URLs", both(logout_urls=None), True),
    ("web client of another pool", replace(GOOD, clients=(AppClientSummary(NATIVE_ID, "n"),)), False),
]


@pytest.mark.parametrize(("observation", "accepted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_cases_the_format_document_names(observation: Observation, accepted: bool) -> None:
    assert cli_accepts(observation) is accepted
    assert (verdict(run(observation, RuleSet.CLI)) == "accepted") is accepted


@given(observation=complete_observations())
def test_a_failure_may_be_overridden_exactly_if_the_cli_would_not_refuse_it(observation: Observation) -> None:
    own, genuine = run(observation, RuleSet.ADMIN_UI), run(observation, RuleSet.CLI)
    refused = {finding.id for finding in genuine if finding.severity is Severity.FAIL}
    for finding in own:
        if finding.severity is Severity.FAIL:
            assert finding.overridable is (finding.id not in refused), finding.id
        else:
            assert not finding.overridable
    assert not any(finding.overridable for finding in genuine)


@given(observation=complete_observations())
def test_nothing_the_cli_refuses_can_be_imported_into_an_amplify_environment(observation: Observation) -> None:
    amplify = in_amplify(observation)
    findings = run(amplify, RuleSet.ADMIN_UI)
    accepted_all = verdict(findings, {rule.id for rule in RULES})
    assert (accepted_all == "accepted") is cli_accepts(amplify)
    refused = {finding.id for finding in run(amplify, RuleSet.CLI) if finding.severity is Severity.FAIL}
    for finding in findings:
        if finding.id in refused:
            assert finding.severity is Severity.FAIL
            assert "cannot be imported anyway" in finding.reason


@given(observation=complete_observations())
def test_a_standalone_environment_asks_no_more_of_a_missing_guest_role(observation: Observation) -> None:
    standalone = setting(observation, kind="standalone")
    blocked = {finding.id for finding in run(standalone, RuleSet.ADMIN_UI) if finding.severity is Severity.FAIL}
    refused = {finding.id for finding in run(standalone, RuleSet.CLI) if finding.severity is Severity.FAIL}
    assert refused - blocked <= {"identity-pool.unauthenticated-role"}


def test_every_documented_difference_can_be_imported_anyway() -> None:
    third = replace(WEB, id=THIRD_ID)
    observation = identity_pool(
        replace(one_client_for_both(), other_clients=(third,)), user_pool_providers=entries(THIRD_ID)
    )
    observation = replace(
        observation,
        clients=(AppClientSummary(WEB_ID, "shop-web"), AppClientSummary(THIRD_ID, "shop-third")),
        authenticated_role=fault("not-found", "iam:GetRole"),
    )
    findings = run(observation, RuleSet.ADMIN_UI)
    failed = {finding.id for finding in findings if finding.severity is Severity.FAIL}
    assert failed == {
        "pool.native-client-available",
        "client.native-secret",
        "client.distinct",
        "identity-pool.both-clients",
        "role.exists",
    }
    assert verdict(findings) == "refused"
    assert verdict(findings, failed) == "accepted"
