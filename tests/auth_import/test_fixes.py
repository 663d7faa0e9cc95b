"""*Fix it*: shown by read calls only, applied exactly as shown, once, and audited without secrets."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client

from auth_import import fixes, rules
from auth_import.findings import Fix, RuleSet
from auth_import.observation import Choice
from auth_import.preflight import preflight
from aws.errors import AwsError, Rejected
from environments.models import Environment
from tests.auth_import.journeys import ACTOR, address, audited, chosen, link_for, nobody_else
from tests.auth_import.planted import Account, Planted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

READS = ("Get", "List", "Describe")
# What changes by itself whenever something else is changed.
CLOCKS = ("LastModifiedDate", "CreationDate", "EstimatedNumberOfUsers")


@dataclass(frozen=True)
class Case:
    """A fix, how the account gets into the state that needs it, and what may be different afterwards."""

    fix: Fix
    spoil: Callable[[Account, Planted], Choice]
    changes: frozenset[str]
    cures: str = ""


def _unprotected(account: Account, planted: Planted) -> Choice:
    pool_id = planted.choice.user_pool_id
    account.client("cognito-idp").update_user_pool(
        UserPoolId=pool_id,
        DeletionProtection="INACTIVE",
        AutoVerifiedAttributes=["email"],
        Policies={"PasswordPolicy": {"MinimumLength": 14, "RequireNumbers": True}},
        UserPoolTags={"team": "sample"},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )
    return planted.choice


def _other_native_urls(account: Account, planted: Planted) -> Choice:
    other = {"CallbackURLs": ["app://in", "https://app.example.com/in"], "AllowedOAuthScopes": ["openid", "profile"]}
    account.change_client(planted.choice, planted.choice.native_client_id, **other)
    return planted.choice


def _without_providers(account: Account, planted: Planted) -> Choice:
    account.client("cognito-identity").update_identity_pool(
        IdentityPoolId=planted.choice.identity_pool_id,
        IdentityPoolName="kept_name",
        AllowUnauthenticatedIdentities=True,
        AllowClassicFlow=True,
        SupportedLoginProviders={"graph.facebook.com": "123456"},
        CognitoIdentityProviders=[account.entry(planted.choice.user_pool_id, planted.choice.web_client_id)],
    )
    return planted.choice


def _without_guest_role(account: Account, planted: Planted) -> Choice:
    account.name_roles(planted.choice.identity_pool_id, authenticated=planted.roles[0])
    return planted.choice


def _wrong_trust(amr: str) -> Callable[[Account, Planted], Choice]:
    def spoil(account: Account, planted: Planted) -> Choice:
        identity = planted.choice.identity_pool_id
        wrong = account.plant_role(identity, amr, trusts="eu-west-1:another")
        kinds = {"authenticated": planted.roles[0], "unauthenticated": planted.roles[1]} | {amr: wrong}
        account.name_roles(identity, **kinds)
        return planted.choice

    return spoil


def _one_client(account: Account, planted: Planted) -> Choice:
    return replace(planted.choice, native_client_id=planted.choice.web_client_id)


def _only_native(account: Account, planted: Planted) -> Choice:
    return replace(planted.choice, web_client_id=planted.choice.native_client_id)


CASES = (
    Case(
        Fix.TURN_ON_DELETION_PROTECTION,
        _unprotected,
        frozenset({"pool.DeletionProtection"}),
        "pool.deletion-protection",
    ),
    Case(
        Fix.COPY_OAUTH_TO_NATIVE,
        _other_native_urls,
        frozenset({"native.CallbackURLs", "native.AllowedOAuthScopes"}),
        "oauth.matching",
    ),
    Case(
        Fix.COPY_OAUTH_TO_WEB,
        _other_native_urls,
        frozenset({"web.CallbackURLs", "web.AllowedOAuthScopes"}),
        "oauth.matching",
    ),
    Case(
        Fix.ADD_PROVIDERS,
        _without_providers,
        frozenset({"identity.CognitoIdentityProviders"}),
        "identity-pool.both-clients",
    ),
    Case(
        Fix.CREATE_UNAUTHENTICATED_ROLE,
        _without_guest_role,
        frozenset({"roles.unauthenticated", "trust.unauthenticated"}),
        "identity-pool.unauthenticated-role",
    ),
    Case(
        Fix.REWRITE_TRUST_AUTHENTICATED, _wrong_trust("authenticated"), frozenset({"trust.authenticated"}), "role.trust"
    ),
    Case(
        Fix.REWRITE_TRUST_UNAUTHENTICATED,
        _wrong_trust("unauthenticated"),
        frozenset({"trust.unauthenticated"}),
        "role.trust",
    ),
    Case(Fix.CREATE_NATIVE_CLIENT, _one_client, frozenset(), "client.native-secret"),
    Case(Fix.CREATE_WEB_CLIENT, _only_native, frozenset(), "client.web-found"),
)
every_case = pytest.mark.parametrize("case", CASES, ids=[str(case.fix) for case in CASES])


def flat(everything: dict[str, Any]) -> dict[str, str]:
    return {
        f"{part}.{key}": json.dumps(value, sort_keys=True, default=str)
        for part, document in everything.items()
        for key, value in document.items()
        if key not in CLOCKS
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    old, new = flat(before), flat(after)
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def clients_of(account: Account, choice: Choice) -> set[str]:
    listed = account.client("cognito-idp").list_user_pool_clients(UserPoolId=choice.user_pool_id, MaxResults=60)
    return {row["ClientId"] for row in listed["UserPoolClients"]}


def show(environment: Environment, choice: Choice, fix: Fix) -> fixes.Preview:
    return fixes.preview(target=environment.target, choice=choice, fix=fix)


def apply(environment: Environment, choice: Choice, fix: Fix, digest: str) -> Choice:
    return fixes.apply(environment=environment, choice=choice, fix=fix, digest=digest, actor=ACTOR)


def severity(environment: Environment, choice: Choice, check: str) -> str:
    checked = preflight(environment=environment, choice=choice, sees=nobody_else, rule_set=RuleSet.ADMIN_UI)
    return next(str(finding.severity) for finding in checked.findings if finding.id == check)


def test_every_fix_is_tested_and_has_words() -> None:
    assert {case.fix for case in CASES} == set(Fix) == set(fixes.TITLES) == set(fixes.EFFECTS)
    assert {case.cures for case in CASES} <= {rule.id for rule in rules.RULES}


@every_case
def test_it_shows_by_reading_changes_what_it_showed_and_cures(
    environment: Environment, account: Account, sandbox: Any, case: Case
) -> None:
    choice = case.spoil(account, account.plant())
    before, clients = account.everything(choice), clients_of(account, choice)
    assert severity(environment, choice, case.cures) in ("warn", "fail")
    sandbox.forget()

    shown = show(environment, choice, case.fix)

    assert sandbox.calls()
    assert all(call["operation"].startswith(READS) for call in sandbox.calls())
    assert shown.needed
    assert account.everything(choice) == before

    after_choice = apply(environment, choice, case.fix, shown.digest)

    assert differences(before, account.everything(choice)) == set(case.changes)
    assert severity(environment, after_choice, case.cures) == "pass"
    created = clients_of(account, choice) - clients
    if case.fix in (Fix.CREATE_NATIVE_CLIENT, Fix.CREATE_WEB_CLIENT):
        [new] = created
        places = {Fix.CREATE_NATIVE_CLIENT: "native_client_id", Fix.CREATE_WEB_CLIENT: "web_client_id"}
        assert after_choice == replace(choice, **{places[case.fix]: new})
    else:
        assert not created
        assert after_choice == choice
    [event] = audited("auth_import:resource:fix")
    assert fixes.TITLES[case.fix] in event.target
    assert event.before
    assert event.after
    assert event.before.keys() == event.after.keys()
    assert event.before != event.after


@every_case
def test_sent_again_it_does_nothing_more(environment: Environment, account: Account, case: Case) -> None:
    choice = case.spoil(account, account.plant())
    shown = show(environment, choice, case.fix)
    apply(environment, choice, case.fix, shown.digest)
    before, clients = account.everything(choice), clients_of(account, choice)
    with pytest.raises(Rejected) as again:
        apply(environment, choice, case.fix, shown.digest)
    assert again.value.code == "ChangedMeanwhile"
    assert account.everything(choice) == before
    assert clients_of(account, choice) == clients
    assert len(audited("auth_import:resource:fix")) == 1
    if case.fix not in (Fix.CREATE_NATIVE_CLIENT, Fix.CREATE_WEB_CLIENT):
        now = show(environment, choice, case.fix)
        assert not now.needed
        assert apply(environment, choice, case.fix, now.digest) == choice
        assert account.everything(choice) == before
        assert len(audited("auth_import:resource:fix")) == 1


@every_case
def test_another_difference_than_the_shown_one_is_refused(
    environment: Environment, account: Account, sandbox: Any, case: Case
) -> None:
    choice = case.spoil(account, account.plant())
    sandbox.forget()
    for digest in ("", "0" * 64, "é" * 5000):
        with pytest.raises(Rejected):
            apply(environment, choice, case.fix, digest)
    assert all(call["operation"].startswith(READS) for call in sandbox.calls())
    assert not audited("auth_import:resource:fix")


def test_what_somebody_else_changed_after_the_difference_was_shown_is_kept(
    environment: Environment, account: Account
) -> None:
    choice = _other_native_urls(account, account.plant())
    shown = show(environment, choice, Fix.COPY_OAUTH_TO_NATIVE)
    account.change_client(choice, choice.native_client_id, LogoutURLs=["https://elsewhere.example.com/"])
    before = account.everything(choice)
    with pytest.raises(Rejected) as refused:
        apply(environment, choice, Fix.COPY_OAUTH_TO_NATIVE, shown.digest)
    assert refused.value.code == "ChangedMeanwhile"
    assert account.everything(choice) == before


def test_a_new_client_is_like_the_other_one_but_for_its_name_and_secret(
    environment: Environment, account: Account
) -> None:
    planted = account.plant()
    choice = _one_client(account, planted)
    shown = show(environment, choice, Fix.CREATE_NATIVE_CLIENT)
    made = apply(environment, choice, Fix.CREATE_NATIVE_CLIENT, shown.digest)
    web, native = (account.describe_client(choice, one) for one in (made.web_client_id, made.native_client_id))
    own = {"ClientId", "ClientName", "ClientSecret", *CLOCKS}
    assert {key: native.get(key) for key in native.keys() - own} == {key: web.get(key) for key in web.keys() - own}
    assert native["ClientSecret"]
    assert native["ClientName"] == f"{planted.name}-native"
    assert native["ClientSecret"] not in str([event.__dict__ for event in audited("auth_import:resource:fix")])
    # The next one gets a name of its own.
    again = show(environment, choice, Fix.CREATE_NATIVE_CLIENT)
    assert f"{planted.name}-native-2" in again.changes[0].after


def test_a_client_for_a_pool_without_any(environment: Environment, account: Account) -> None:
    planted = account.plant(identity_pool=False)
    cognito, pool_id = account.client("cognito-idp"), planted.choice.user_pool_id
    for one in clients_of(account, planted.choice):
        cognito.delete_user_pool_client(UserPoolId=pool_id, ClientId=one)
    choice = Choice(pool_id, "", "")
    shown = show(environment, choice, Fix.CREATE_WEB_CLIENT)
    made = apply(environment, choice, Fix.CREATE_WEB_CLIENT, shown.digest)
    assert clients_of(account, choice) == {made.web_client_id}
    assert "ClientSecret" not in account.describe_client(choice, made.web_client_id)


def test_the_role_for_guests_grants_nothing_and_one_left_behind_is_used(
    environment: Environment, account: Account, sandbox: Any
) -> None:
    choice = _without_guest_role(account, account.plant())
    shown = show(environment, choice, Fix.CREATE_UNAUTHENTICATED_ROLE)
    sandbox.fail("SetIdentityPoolRoles", kind="fail", code="AccessDeniedException", times=1)
    with pytest.raises(AwsError):
        apply(environment, choice, Fix.CREATE_UNAUTHENTICATED_ROLE, shown.digest)
    assert "unauthenticated" not in account.roles_of(choice.identity_pool_id)
    now = show(environment, choice, Fix.CREATE_UNAUTHENTICATED_ROLE)
    assert [change.needed for change in now.changes] == [False, True]
    apply(environment, choice, Fix.CREATE_UNAUTHENTICATED_ROLE, now.digest)
    name = account.roles_of(choice.identity_pool_id)["unauthenticated"].rpartition("/")[2]
    iam = account.client("iam")
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []


def test_a_double_click_while_the_first_is_at_work_is_refused(environment: Environment, account: Account) -> None:
    choice = _one_client(account, account.plant(identity_pool=False))
    shown, clients = show(environment, choice, Fix.CREATE_NATIVE_CLIENT), clients_of(account, choice)
    cache.add(f"fix:{environment.pk}:{Fix.CREATE_NATIVE_CLIENT}:{shown.digest}", "somebody", 60)
    with pytest.raises(Rejected) as busy:
        apply(environment, choice, Fix.CREATE_NATIVE_CLIENT, shown.digest)
    assert busy.value.code == "InProgress"
    assert clients_of(account, choice) == clients


class TestPage:
    def test_from_the_difference_to_the_checks(
        self, environment: Environment, account: Account, member: Client
    ) -> None:
        choice = _one_client(account, account.plant())
        url = address(environment, "fix", fix=Fix.CREATE_NATIVE_CLIENT)
        page = member.get(url, chosen(choice)).content.decode()
        digest = show(environment, choice, Fix.CREATE_NATIVE_CLIENT).digest
        before = clients_of(account, choice)
        assert f'name="digest" value="{digest}"' in page
        response = member.post(url, chosen(choice) | {"digest": digest})
        [new] = clients_of(account, choice) - before
        expected = chosen(replace(choice, native_client_id=new))
        del expected["identity"]
        assert response.status_code == 303
        assert response["Location"] == f"{address(environment, 'import')}?{urlencode(expected)}"

    def test_a_stale_form_shows_the_new_difference(
        self, environment: Environment, account: Account, member: Client
    ) -> None:
        choice = _unprotected(account, account.plant())
        url = address(environment, "fix", fix=Fix.TURN_ON_DELETION_PROTECTION)
        response = member.post(url, chosen(choice) | {"digest": "0" * 64})
        page = response.content.decode()
        assert response.status_code == 422
        assert "ChangedMeanwhile" in page
        assert show(environment, choice, Fix.TURN_ON_DELETION_PROTECTION).digest in page

    def test_on_the_linked_page_the_checks_are_read_again(
        self, environment: Environment, account: Account, member: Client
    ) -> None:
        choice = _unprotected(account, account.plant())
        link = link_for(environment, choice)
        assert any(one.id == "pool.deletion-protection" and not one.passed for one in link.last_findings)
        wanted = Fix.TURN_ON_DELETION_PROTECTION
        digest = show(environment, choice, wanted).digest
        response = member.post(address(environment, "fix", fix=wanted), chosen(choice) | {"digest": digest})
        assert response["Location"] == address(environment, "authentication")
        link.refresh_from_db()
        assert all(one.passed for one in link.last_findings if one.id == "pool.deletion-protection")

    @pytest.mark.usefixtures("without_retries")
    def test_hostile_and_missing_parameters_are_words_not_errors(
        self, environment: Environment, member: Client, good: Choice
    ) -> None:
        for fix in Fix:
            for data in (
                {},
                {"pool": "<script>alert(1)", "web": "x" * 250, "native": "\x00", "ipool": "nonsense"},
                {"pool": "eu-west-1_NotThere0", "web": "a", "native": "b", "ipool": "eu-west-1:nonsense"},
                {"pool": good.user_pool_id, "web": "gone", "native": "gone", "ipool": good.identity_pool_id + "0"},
            ):
                url = address(environment, "fix", fix=fix)
                for response in (member.get(url, data), member.post(url, data)):
                    assert response.status_code in (200, 422), (fix, data)
                    assert "<script>" not in response.content.decode().replace("<script src", "").replace(
                        "<script>(", ""
                    )
        assert not audited("auth_import:resource:fix")

    def test_an_unknown_fix_is_not_found(self, environment: Environment, member: Client) -> None:
        assert member.get(address(environment, "fix", fix="delete-everything")).status_code == 404
