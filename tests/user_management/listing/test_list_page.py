"""The list of users: to the end of the pool, by any scrap of information, and honest about what it shows."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_environment, make_token
from user_management import recent
from user_management.names import token_of

SEARCH = {"HX-Request": "true", "HX-Target": "users-list"}
MORE = {"HX-Request": "true", "HX-Target": "more-users"}


def page(client: Client, url: str, **kwargs: Any) -> str:
    answer = client.get(url, **kwargs)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def names(html: str) -> list[str]:
    """The user names of the rows."""
    return [unescape(one) for one in re.findall(r'name="username" value="([^"]*)"', html)]


def filters(sandbox: Any, pool: Any, *expected: str, size: int = 60) -> None:
    """The last ListUsers calls were made with exactly these filters: calls alike have digests alike."""
    sent = [call["digest"] for call in sandbox.calls("ListUsers")]
    for expression in expected:
        more = {"Filter": expression} if expression else {}
        pool.cognito.list_users(UserPoolId=pool.id, Limit=size, **more)
    assert sent == [call["digest"] for call in sandbox.calls("ListUsers")[len(sent) :]]


def test_everybody_to_the_end(owner: Client, users_url: str, filled: Callable[[int], None]) -> None:
    filled(150)
    seen: list[str] = []
    html = page(owner, users_url)
    assert "About 150 users in the pool." in html
    assert "Live from Cognito, read just now." in html
    while True:
        seen += names(html)
        following = re.search(r'href="(\?[^"]*)" hx-get="([^"]*)" hx-target="#more-users"', html)
        if following is None:
            break
        assert following[1] == following[2]
        html = page(owner, users_url + unescape(following[1]), headers=MORE)
        assert "<table" not in html
    assert len(seen) == len(set(seen)) == 150
    assert "That is everybody." in html


def test_without_script_the_link_leads_to_the_next_page(
    owner: Client, users_url: str, filled: Callable[[int], None]
) -> None:
    filled(25)
    first = page(owner, f"{users_url}?size=20")
    following = re.search(r'href="(\?[^"]*token=[^"]*)"', first)
    assert following
    second = page(owner, users_url + unescape(following[1]))
    assert [len(names(first)), len(names(second))] == [20, 5]
    assert "From the beginning" in second


def test_columns_of_the_row(owner: Client, users_url: str, pool: Any) -> None:
    name = pool.user("ada", password="Correct-Horse-1", phone_number="+491701234567", custom__tier="gold", name="Ada L")
    html = page(owner, f"{users_url}?columns=username,email,phone_number,name,status,enabled,modified,sub,custom:tier")
    assert f'href="{users_url}u/{token_of(name)}/"' in html
    for words in (
        "ada@example.com",
        "verified",
        "+491701234567",
        "not verified",
        "Ada L",
        "Confirmed",
        "Enabled",
        "gold",
    ):
        assert words in html
    assert pool.described("ada")["Attributes"]["sub"] in html
    assert "Created</th>" not in html


def test_statuses_in_words(owner: Client, users_url: str, pool: Any) -> None:
    pool.user("new")
    pool.user("old", password="Correct-Horse-1")
    pool.cognito.admin_disable_user(UserPoolId=pool.id, Username="old")
    html = page(owner, users_url)
    assert "Must change password" in html
    assert 'class="suspended"' in html
    assert "Suspended</span>" in html


@pytest.mark.parametrize(
    ("query", "words", "expression"),
    [
        ("q=ada@", "E-mail begins with “ada@”", 'email ^= "ada@"'),
        ("q=%2B49+170+123-4567", "Phone number begins with “+491701234567”", 'phone_number = "+491701234567"'),
        ('q=a"or"b', 'User name begins with “a"or"b”', r'username ^= "a\"or\"b"'),
        ("q=x\\&attribute=username", "User name begins with “x\\”", r'username ^= "x\\"'),
        ('q="&attribute=name&match=is', 'Name is “"”', r'name = "\""'),
        ("status=RESET_REQUIRED", "Status is Reset required", 'cognito:user_status = "RESET_REQUIRED"'),
        ("status=suspended", "Suspended", 'status = "Disabled"'),
    ],
)
def test_one_condition_is_sent(
    owner: Client, users_url: str, sandbox: Any, pool: Any, query: str, words: str, expression: str
) -> None:
    html = page(owner, f"{users_url}?{query}")
    expected = words.replace("begins with “+491701234567", "is “+491701234567")
    assert expected in unescape(html)
    assert "No user found" in html
    filters(sandbox, pool, expression)


def test_search_finds_and_offers_other_readings(owner: Client, users_url: str, pool: Any) -> None:
    pool.user("lovelace", name="Ada Lovelace")
    html = page(owner, f"{users_url}?q=Ada", headers=SEARCH)
    assert names(html) == []
    other = re.search(r'href="(\?q=Ada&amp;attribute=name[^"]*)">Name begins with “Ada”', html)
    assert other
    assert names(page(owner, users_url + unescape(other[1]))) == ["lovelace"]


def test_address_follows_a_search(owner: Client, users_url: str, pool: Any) -> None:
    answer = owner.get(f"{users_url}?q=ada%40&attribute=&status=", headers=SEARCH)
    assert answer["HX-Replace-Url"] == f"{users_url}?q=ada%40"
    assert "<html" not in answer.content.decode()
    assert owner.get(f"{users_url}?q=", headers=SEARCH)["HX-Replace-Url"] == users_url
    assert "HX-Replace-Url" not in owner.get(users_url)


def test_text_and_status_are_narrowed_here_and_say_so(
    owner: Client, users_url: str, sandbox: Any, pool: Any, filled: Callable[[int], None]
) -> None:
    filled(70)
    pool.user("load-a")
    html = page(owner, f"{users_url}?q=load-&status=FORCE_CHANGE_PASSWORD&size=20")
    assert names(html) == ["load-a"]
    assert "Narrowed here: 1 of 71 read." in html
    assert len(sandbox.calls("ListUsers")) == 2


def test_a_page_costs_two_calls_at_most(
    owner: Client, users_url: str, sandbox: Any, filled: Callable[[int], None]
) -> None:
    filled(200)
    page(owner, users_url)
    sandbox.forget()
    page(owner, f"{users_url}?q=load")
    assert [call["operation"] for call in sandbox.calls()] == ["ListUsers"]
    sandbox.forget()
    html = page(owner, f"{users_url}?q=load&status=suspended")
    assert [call["operation"] for call in sandbox.calls()] == ["ListUsers", "ListUsers"]
    assert "Narrowed here: 0 of 120 read" in html
    assert "Load more" in html


def test_rows_cost_no_queries(owner: Client, users_url: str, filled: Callable[[int], None]) -> None:
    filled(1)
    page(owner, users_url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(names(page(owner, users_url))) == 1
    filled(60)
    with CaptureQueriesContext(connection) as many:
        assert len(names(page(owner, users_url))) == 60
    assert len(many) == len(one) <= 12


def test_own_changes_are_seen_at_once(owner: Client, users_url: str, place: Any, pool: Any) -> None:
    from dataclasses import replace

    from user_management.people import find

    pool.user("ada", password="Correct-Horse-1")
    pool.user("grace", password="Correct-Horse-1")
    recent.note(place, replace(find(place, "ada"), enabled=False))
    recent.note_deleted(place, "grace")
    assert names(page(owner, users_url)) == ["ada"]
    assert "Suspended</span>" in page(owner, users_url)
    assert names(page(owner, f"{users_url}?status=enabled")) == []


@pytest.mark.parametrize(
    "name", ["a/b", "100%", "a+b", "..", "create", "😀", "a'b\"c", "<b>x</b>", "é" * 128, "back\\slash"]
)
def test_odd_names(owner: Client, users_url: str, pool: Any, name: str) -> None:
    made = pool.user(name, email="odd@example.com")
    html = page(owner, users_url)
    assert names(html) == [made]
    assert f'href="{users_url}u/{token_of(made)}/"' in html
    assert "<b>x</b>" not in html
    assert names(page(owner, users_url, data={"q": name, "attribute": "username", "match": "is"})) == [made]


def test_odd_values(owner: Client, users_url: str, pool: Any) -> None:
    pool.user("ada", name="<script>alert(1)</script>", nickname="x" * 2048)
    html = page(owner, f"{users_url}?columns=username,name,nickname")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert f'title="{"x" * 2048}"' in html


def test_empty_pool(owner: Client, users_url: str) -> None:
    html = page(owner, users_url)
    assert "No users yet" in html
    assert "Create user" in html


def test_who_may_look(client: Client, cast: Any, users_url: str) -> None:
    client.force_login(cast.stranger)
    assert client.get(users_url).status_code == 404
    client.force_login(cast.viewer)
    html = page(client, users_url)
    assert "Create user" not in html
    assert "Export" not in html
    assert 'id="bulk"' not in html
    client.logout()
    assert client.get(users_url).status_code == 302
    client.force_login(cast.manager)
    assert "Export" in page(client, users_url)
    assert client.post(users_url).status_code == 405


def test_chosen_rows_go_to_the_bulk_page(manager: Client, users_url: str, pool: Any) -> None:
    pool.user("ada")
    html = page(manager, f"{users_url}?q=a&status=enabled")
    form = html[html.index('id="bulk"') :]
    assert f'action="{users_url}bulk/"' in html
    for field in (
        'name="q" value="a"',
        'name="enabled" value="yes"',
        'name="username" value="ada"',
        'name="all" value="1"',
    ):
        assert field in form
    assert '<option value="resend-invitation">' in form


def test_json(client: Client, users_url: str, place: Any, pool: Any, filled: Callable[[int], None]) -> None:
    filled(3)
    _, secret = make_token(place.project)
    headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    answer = client.get(f"{users_url}?size=2&columns=username,enabled,custom:tier", headers=headers).json()
    assert answer["users"][0] == {"username": "load-000000", "enabled": True, "custom:tier": None}
    assert (len(answer["users"]), answer["searched"]) == (2, "")
    last = client.get(users_url, data={"size": "2", "token": answer["next_token"]}, headers=headers).json()
    assert (len(last["users"]), last["next_token"]) == (1, "")
    assert last["users"][0]["email"] == "load-000002@example.com"
    found = client.get(f"{users_url}?q=load-000001@example.com", headers=headers).json()
    assert found["searched"] == "E-mail is “load-000001@example.com”"
    assert client.get(f"{users_url}?status=nope", headers=headers).status_code == 422
    _, other = make_token()
    assert client.get(users_url, headers={"Authorization": f"Bearer {other}"}).status_code == 404


@pytest.mark.parametrize(
    "params", ["size=0", "size=-1", "size=abc", "size=999", "size=²", "columns=nope", "columns=,,,", "columns="]
)
def test_odd_sizes_and_columns(owner: Client, users_url: str, filled: Callable[[int], None], params: str) -> None:
    filled(61)
    assert len(names(page(owner, f"{users_url}?{params}"))) == 60


def test_token_of_another_list(owner: Client, users_url: str) -> None:
    answer = owner.get(f"{users_url}?token=made-up&q=ada", headers=MORE)
    assert answer.status_code == 422
    assert "InvalidParameterException" in answer.content.decode()
    assert 'id="more-users"' in answer.content.decode()


def test_too_long_for_cognito(owner: Client, users_url: str, sandbox: Any) -> None:
    answer = owner.get(users_url, data={"q": "x" * 300})
    assert "256 characters" in answer.content.decode()
    assert "x" * 300 in answer.content.decode()
    assert not sandbox.calls("ListUsers")


def test_what_is_not_understood_lists_nobody(owner: Client, users_url: str, sandbox: Any, pool: Any) -> None:
    pool.user("ada")
    answer = owner.get(f"{users_url}?status=nope&q=ada")
    assert answer.status_code == 422
    assert 'value="ada"' in answer.content.decode()
    assert not sandbox.calls("ListUsers")


def test_what_needs_the_index(owner: Client, users_url: str, sandbox: Any) -> None:
    html = owner.get(f"{users_url}?group=Editors&q=ada&custom:tier=gold").content.decode()
    assert "Only a search index knows: groups, custom attributes." in html
    assert f'href="{users_url}index/"' in html
    assert 'name="custom:tier" value="gold"' in html
    assert not sandbox.calls("ListUsers")


@pytest.mark.parametrize("operation", ["ListUsers", "DescribeUserPool"])
def test_denied(owner: Client, users_url: str, sandbox: Any, operation: str) -> None:
    sandbox.fail(operation, kind="fail", code="AccessDeniedException", message="not yours")
    answer = owner.get(f"{users_url}?q=ada%40")
    html = answer.content.decode()
    assert answer.status_code == 502
    assert f"cognito-idp:{operation}" in html
    assert 'value="ada@"' in html
    assert owner.get(f"{users_url}?q=ada%40", headers=SEARCH).status_code == 422
    told = owner.get(users_url, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (502, "AccessDeniedException")


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [("TooManyRequestsException", 400, "slow down"), ("InternalErrorException", 500, "could not be reached")],
)
def test_throttled_and_unavailable(
    owner: Client, users_url: str, sandbox: Any, impatient: None, code: str, status: int, words: str
) -> None:
    sandbox.fail("ListUsers", kind="fail", code=code, status=status)
    answer = owner.get(users_url)
    assert answer.status_code == 502
    assert words in answer.content.decode()


def test_not_linked(owner: Client, project: Any) -> None:
    make_environment(project, "bare")
    html = page(owner, f"/projects/{project.slug}/bare/users/")
    assert "not linked to a user pool" in html
    asked = owner.get(f"/projects/{project.slug}/bare/users/", headers={"Accept": "application/json"})
    assert asked.status_code == 409
