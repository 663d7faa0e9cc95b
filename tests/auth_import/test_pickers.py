"""The three tables of the import page: complete, searchable, in order, with a reason beside what is refused."""

import time
from typing import Any

import pytest

from auth_import import pickers
from auth_import.observation import Choice
from auth_import.rules.identity_pool import usable_arn
from aws import identity_pools as aws_pools
from aws.errors import AwsError
from aws.resources import IdentityPoolRoles
from aws.target import AwsTarget
from tests.auth_import.planted import Account, choice_of

TARGET = AwsTarget("eu-west-1")
DENIED = {"kind": "fail", "code": "AccessDeniedException", "message": "Not authorized."}


def identity_pools(choice: Choice, *, both_roles_needed: bool = False, search: str = "") -> pickers.IdentityPools:
    return pickers.identity_pool_rows(
        TARGET,
        pool_id=choice.user_pool_id,
        web_client_id=choice.web_client_id,
        native_client_id=choice.native_client_id,
        both_roles_needed=both_roles_needed,
        search=search,
        seconds=20,
    )


def row_of(choice: Choice, **more: Any) -> pickers.IdentityPoolRow:
    return next(row for row in identity_pools(choice, **more).rows if row.id == choice.identity_pool_id)


@pytest.mark.usefixtures("sandbox")
class TestUserPools:
    def test_the_list_goes_on_past_sixty_to_the_end_of_the_account(self) -> None:
        first = pickers.user_pools_page(TARGET)
        assert len(first.rows) == 60
        assert first.next_token
        seen, token = list(first.rows), first.next_token
        while token:
            page = pickers.user_pools_page(TARGET, token=token)
            seen, token = [*seen, *page.rows], page.next_token
        assert len({row.id for row in seen}) == len(seen) >= 70

    def test_a_page_is_one_call(self, sandbox: Any) -> None:
        pickers.user_pools_page(TARGET)
        assert [call["operation"] for call in sandbox.calls()] == ["ListUserPools"]

    @pytest.mark.parametrize("search", ["SHOP-USERS", "hop-us", "shop-users"])
    def test_a_search_goes_through_the_whole_account_whatever_the_case(self, search: str, good: Choice) -> None:
        found = pickers.user_pools_page(TARGET, search=search)
        assert good.user_pool_id in {row.id for row in found.rows}
        assert found.searched >= 70
        assert found.next_token == ""

    def test_a_search_by_id_finds_pools_beyond_the_first_page(self) -> None:
        first = pickers.user_pools_page(TARGET)
        beyond = pickers.user_pools_page(TARGET, token=first.next_token).rows[0]
        found = pickers.user_pools_page(TARGET, search=beyond.id.swapcase())
        assert beyond.id in {row.id for row in found.rows}

    @pytest.mark.parametrize("search", ["<SCRIPT>", "🛒", "المتجر"])
    def test_hostile_names_can_be_found(self, search: str) -> None:
        assert pickers.user_pools_page(TARGET, search=search).rows

    def test_a_search_without_result_is_empty_not_an_error(self) -> None:
        assert pickers.user_pools_page(TARGET, search="no pool is called so").rows == ()

    @pytest.mark.usefixtures("without_retries")
    def test_a_refused_list_is_an_error_in_words(self, sandbox: Any) -> None:
        sandbox.fail("ListUserPools", **DENIED)
        with pytest.raises(AwsError) as refused:
            pickers.user_pools_page(TARGET)
        told = pickers.Unread.of(refused.value)
        assert told.words
        assert told.next_step
        assert (told.code, told.action) == ("AccessDeniedException", "cognito-idp:ListUserPools")

    @pytest.mark.usefixtures("without_retries")
    def test_a_token_that_aws_does_not_know_is_an_error_in_words(self) -> None:
        with pytest.raises(AwsError):
            pickers.user_pools_page(TARGET, token="not a token")

    def test_a_pool_that_cannot_be_described_is_a_fault_beside_the_others(self, sandbox: Any, good: Choice) -> None:
        other = choice_of("mfa-on").user_pool_id
        sandbox.fail("DescribeUserPool", match=good.user_pool_id, **DENIED)
        read = pickers.pool_details(TARGET, [good.user_pool_id, other], seconds=20)
        assert [type(one).__name__ for one in read.values()] == ["Fault", "UserPool"]


@pytest.mark.usefixtures("sandbox")
class TestAppClients:
    def window(self, choice: Choice, **more: Any) -> pickers.AppClients:
        return pickers.app_clients_window(TARGET, choice.user_pool_id, seconds=20, **more)

    def test_forty_clients_come_ten_at_a_time_and_none_twice(self, sandbox: Any) -> None:
        choice = choice_of("many-clients")
        seen: list[str] = []
        start: int | None = 0
        while start is not None:
            sandbox.forget()
            window = self.window(choice, start=start)
            assert len(sandbox.calls("DescribeUserPoolClient")) == 10
            assert window.total == 40
            seen += [row.id for row in window.rows]
            start = window.next_start
        assert len(seen) == len(set(seen)) == 40

    def test_chosen_clients_of_other_windows_come_first_in_the_first_one_only(self) -> None:
        choice = choice_of("many-clients")
        everyone = [row.id for start in (0, 10, 20, 30) for row in self.window(choice, start=start).rows]
        last = everyone[-1]
        first = self.window(choice, chosen=[last])
        assert [row.id for row in first.rows] == [last, *everyone[:10]]
        assert last not in [row.id for row in self.window(choice, start=10, chosen=[last]).rows]

    def test_a_chosen_client_inside_the_window_is_not_shown_twice(self) -> None:
        choice = choice_of("good")
        ids = [row.id for row in self.window(choice, chosen=[choice.web_client_id, choice.native_client_id]).rows]
        assert sorted(ids) == sorted([choice.web_client_id, choice.native_client_id])

    def test_a_chosen_client_that_the_pool_does_not_have_is_not_shown(self, good: Choice) -> None:
        assert len(self.window(good, chosen=["5h0pgone00000000000000000"]).rows) == 2

    def test_a_search_is_by_name_or_id_whatever_the_case(self) -> None:
        choice = choice_of("many-clients")
        found = self.window(choice, search="PARTNER-1")
        assert found.total == 10
        assert all("partner-1" in row.name for row in found.rows)
        assert self.window(choice, search=choice.web_client_id.upper()).rows[0].id == choice.web_client_id

    def test_a_start_past_the_end_is_an_empty_window(self, good: Choice) -> None:
        window = self.window(good, start=99_999)
        assert (window.rows, window.next_start) == ((), None)

    def test_a_client_with_a_secret_is_refused_for_web_with_the_reason(self, good: Choice) -> None:
        refusals = {row.id: row.web_refusal for row in self.window(good).rows}
        assert refusals[good.web_client_id] == ""
        assert "secret" in refusals[good.native_client_id]

    def test_a_client_that_cannot_be_described_stays_with_its_fault(self, sandbox: Any, good: Choice) -> None:
        sandbox.fail("DescribeUserPoolClient", match=good.native_client_id, **DENIED)
        rows = {row.id: row for row in self.window(good).rows}
        unread = rows[good.native_client_id]
        assert unread.client is None
        assert unread.fault
        assert unread.fault.code == "AccessDeniedException"
        assert rows[good.web_client_id].client

    @pytest.mark.usefixtures("without_retries")
    def test_a_pool_that_is_gone_is_an_error_in_words(self) -> None:
        with pytest.raises(AwsError) as gone:
            pickers.app_clients_window(TARGET, "eu-west-1_NotThere0", seconds=20)
        assert pickers.Unread.of(gone.value).next_step


@pytest.mark.usefixtures("sandbox")
class TestIdentityPools:
    def test_those_that_qualify_come_first_and_the_rest_stays_with_a_reason(self, good: Choice) -> None:
        found = identity_pools(good)
        assert found.rows[0].id == good.identity_pool_id
        assert found.qualifying == sum(1 for row in found.rows if not row.refusal)
        assert len(found.rows) >= 40
        ranks = [row.rank for row in found.rows]
        assert ranks == sorted(ranks)
        assert all(row.refusal for row in found.rows[found.qualifying :])

    @pytest.mark.parametrize(
        ("key", "refusal", "note"),
        [
            ("good", "", ""),
            ("identity-other-pool", "Does not list this user pool", ""),
            ("identity-third-client-only", "", "the web and the mobile client"),
            ("identity-web-client-only", "", "the mobile client"),
            ("identity-secret-client-only", "only with app clients that have a secret", ""),
            ("identity-no-roles", "Has no authenticated role", ""),
            ("identity-no-guest-role", "", ""),
        ],
    )
    def test_each_way_to_be_wrong_has_its_own_words(self, key: str, refusal: str, note: str) -> None:
        choice = choice_of(key)
        row = row_of(choice, search=choice.identity_pool_id)
        assert refusal in row.refusal
        assert bool(row.refusal) is bool(refusal)
        assert note in row.note
        assert bool(row.note) is bool(note)

    def test_an_amplify_environment_needs_the_guest_role_too(self) -> None:
        choice = choice_of("identity-no-guest-role")
        row = row_of(choice, search=choice.identity_pool_id, both_roles_needed=True)
        assert "unauthenticated role" in row.refusal

    def test_before_the_clients_are_chosen_the_pools_that_list_the_user_pool_qualify(self, good: Choice) -> None:
        found = identity_pools(Choice(good.user_pool_id, "", ""), search=good.identity_pool_id)
        assert [row.refusal + row.note for row in found.rows] == [""]

    def test_an_identity_pool_that_cannot_be_described_stays_and_says_so(self, sandbox: Any, good: Choice) -> None:
        sandbox.fail("DescribeIdentityPool", match=good.identity_pool_id, **DENIED)
        row = row_of(good)
        assert "Could not be read" in row.note
        assert row.name == "shop_identity"

    @pytest.mark.usefixtures("without_retries")
    def test_a_refused_list_is_an_error_in_words(self, sandbox: Any, good: Choice) -> None:
        sandbox.fail("ListIdentityPools", **DENIED)
        with pytest.raises(AwsError) as refused:
            identity_pools(good)
        assert pickers.Unread.of(refused.value).action == "cognito-identity:ListIdentityPools"

    def test_a_hanging_description_does_not_hold_the_page(self, sandbox: Any, good: Choice) -> None:
        sandbox.fail("DescribeIdentityPool", match=good.identity_pool_id, kind="hang")
        started = time.monotonic()
        found = pickers.identity_pool_rows(
            TARGET,
            pool_id=good.user_pool_id,
            web_client_id=good.web_client_id,
            native_client_id=good.native_client_id,
            both_roles_needed=False,
            search="shop_identity",
            seconds=1,
        )
        assert time.monotonic() - started < 5
        assert "Could not be read" in found.rows[0].note

    def test_deleted_clients_that_an_identity_pool_still_names_do_not_count(self, account: Account) -> None:
        planted = account.plant()
        choice, cognito = planted.choice, account.client("cognito-idp")
        cognito.delete_user_pool_client(UserPoolId=choice.user_pool_id, ClientId=choice.web_client_id)
        row = row_of(Choice(choice.user_pool_id, "", "", choice.identity_pool_id), search=choice.identity_pool_id)
        assert "have a secret" in row.refusal


def test_a_role_that_the_rules_cannot_use_is_refused_in_the_list_too(account: Account) -> None:
    planted = account.plant()
    broken = IdentityPoolRoles(authenticated_arn="arn:aws:iam::111122223333:Slashless")
    assert not usable_arn(broken.authenticated_arn)
    pool = aws_pools.describe_identity_pool(TARGET, planted.choice.identity_pool_id)
    row = pickers._judge(
        pickers.IdentityPoolRow(id=pool.id, name=pool.name),
        pool,
        broken,
        planted.choice.user_pool_id,
        planted.choice.web_client_id,
        planted.choice.native_client_id,
        {planted.choice.web_client_id: True},
        False,
    )
    assert row.refusal == "Has no authenticated role."
