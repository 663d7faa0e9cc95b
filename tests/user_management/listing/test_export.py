"""Users as CSV: whole or visibly not, safe in spreadsheets, recorded."""

import csv
import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from audit.actions import Action
from audit.models import AuditEvent
from aws import quotas
from aws.errors import AccessDenied, AwsError, Throttled, Unavailable
from aws.resources import Page
from aws.user_resources import CognitoUser
from tests.factories import make_token
from user_management.listing import export, live
from user_management.listing.live import LIVE
from user_management.listing.query import UserQuery

ID = "0123456789abcdef" * 2


def pieces(answer: Any) -> Iterator[bytes]:
    assert answer.status_code == 200, answer.content
    return iter(answer.streaming_content)


def whole(answer: Any) -> bytes:
    return b"".join(pieces(answer))


def read(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(whole(answer).decode(), newline=""), strict=True))


def recorded() -> dict[str, Any]:
    after = AuditEvent.objects.get(action=Action.USERS_EXPORTED).after
    assert isinstance(after, dict)
    return after


def test_whole_pool(manager: Client, users_url: str, place: Any, filled: Callable[[int], None]) -> None:
    filled(130)
    answer = manager.get(f"{users_url}export.csv", {"columns": ["username", "email", "custom:tier"]})
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment; filename=" in answer["Content-Disposition"]
    assert answer["Cache-Control"].count("no-store")
    head, *rows = read(answer)
    assert head == ["username", "email", "custom:tier"]
    assert len(rows) == 130
    assert rows[0] == ["load-000000", "load-000000@example.com", ""]
    event = AuditEvent.objects.get(action=Action.USERS_EXPORTED)
    assert event.target == place.pool_id
    assert event.after == {"users": 130, "columns": head, "query": {}, "whole": True}


def test_a_view_of_it(manager: Client, users_url: str, pool: Any) -> None:
    pool.user("ada", password="Correct-Horse-1")
    pool.user("adam")
    pool.user("grace", password="Correct-Horse-1")
    _, *rows = read(manager.get(f"{users_url}export.csv?q=ada&status=CONFIRMED&columns=username,status,enabled"))
    assert rows == [["ada", "CONFIRMED", "true"]]
    assert recorded()["query"] == {"q": "ada", "status": "CONFIRMED"}


def test_formulas_and_odd_values(manager: Client, users_url: str, pool: Any) -> None:
    pool.user("ada", phone_number="+491701234567", name="=HYPERLINK(1)", nickname='a,"b"\r\nc', profile="x" * 2048)
    columns = ["phone_number", "name", "nickname", "profile"]
    _, row = read(manager.get(f"{users_url}export.csv", {"columns": columns}))
    assert row == ["+491701234567", "'=HYPERLINK(1)", 'a,"b"\r\nc', "x" * 2048]


def test_for_excel(manager: Client, users_url: str, pool: Any) -> None:
    plain = whole(manager.get(f"{users_url}export.csv"))
    marked = whole(manager.get(f"{users_url}export.csv?excel=1"))
    assert marked == b"\xef\xbb\xbf" + plain


def test_progress(manager: Client, users_url: str, pool: Any) -> None:
    pool.user("ada")
    progress = f"{users_url}export/progress/?download={ID}&of=2000"
    fragment = {"HX-Request": "true", "HX-Target": "export-progress"}
    assert "Starting the download" in manager.get(progress, headers=fragment).content.decode()
    assert "Starting" not in manager.get(f"{progress}&tries=60", headers=fragment).content.decode()
    stream = pieces(manager.get(f"{users_url}export.csv?download={ID}"))
    assert next(stream)
    running = manager.get(progress, headers=fragment).content.decode()
    assert "Writing" in running
    assert 'max="2000"' in running
    b"".join(stream)
    done = manager.get(progress, headers=fragment).content.decode()
    assert "The file is whole" in done
    assert "hx-get" not in done
    assert manager.get(progress, headers={"Accept": "application/json"}).json()["users"] == 1
    assert "The file is whole" in manager.get(f"{users_url}export/?download={ID}").content.decode()


def test_breaks_off_in_the_middle(
    manager: Client, users_url: str, sandbox: Any, filled: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_A_CHUNK", 60)
    filled(200)
    manager.get(users_url)
    # One call asks whether there is anything to export, two pages are written, the third is refused.
    sandbox.fail("ListUsers", kind="fail", code="AccessDeniedException", after=3)
    answer = manager.get(f"{users_url}export.csv?download={ID}")
    written = b""
    stream = pieces(answer)
    for _ in range(3):
        written += next(stream)
    last = next(stream).decode()
    assert last.startswith('"THIS FILE IS NOT WHOLE.')
    assert "AccessDeniedException" in last
    with pytest.raises(AccessDenied):
        next(stream)
    with pytest.raises(csv.Error):
        list(csv.reader(io.StringIO(written.decode() + last, newline=""), strict=True))
    assert written.count(b"\r\n") == 121
    assert recorded()["whole"] is False
    told = manager.get(f"{users_url}export/progress/?download={ID}").content.decode()
    assert "The file is not whole" in told
    assert "120 users" in told
    assert "AccessDeniedException" in told


def test_reader_who_leaves(manager: Client, users_url: str, place: Any, filled: Callable[[int], None]) -> None:
    filled(300)
    chunks = export.stream(place=place, query=UserQuery(), source=LIVE, columns=(), actor=_actor(), download=ID)
    assert next(chunks)
    assert next(chunks)
    chunks.close()
    assert "The file is not whole" in manager.get(f"{users_url}export/progress/?download={ID}").content.decode()
    assert not [one for one in threading.enumerate() if one.name.startswith("users")] or _ended()


def _ended() -> bool:
    deadline = time.monotonic() + 2
    while any(one.name.startswith("users") for one in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return True


def test_refused_before_the_first_byte(manager: Client, users_url: str, sandbox: Any) -> None:
    sandbox.fail("ListUsers", kind="fail", code="AccessDeniedException")
    answer = manager.get(f"{users_url}export.csv")
    assert answer.status_code == 502
    assert "cognito-idp:ListUsers" in answer.content.decode()
    assert not AuditEvent.objects.filter(action=Action.USERS_EXPORTED).exists()


@pytest.mark.parametrize("leaf", ["export/", "export.csv", "export/progress/"])
def test_who_may(client: Client, cast: Any, users_url: str, place: Any, leaf: str) -> None:
    url = users_url + leaf
    for who, status in ((cast.stranger, 404), (cast.viewer, 403), (cast.manager, 200), (cast.owner, 200)):
        client.force_login(who)
        assert client.get(url).status_code == status
    assert client.post(url).status_code == 405
    client.logout()
    _, viewing = make_token(place.project)
    _, managing = make_token(place.project, role="manage-only")
    assert client.get(url, headers={"Authorization": f"Bearer {viewing}"}).status_code == 403
    assert client.get(url, headers={"Authorization": f"Bearer {managing}"}).status_code == 200


def test_the_page_says_what_it_costs(manager: Client, users_url: str, filled: Callable[[int], None]) -> None:
    filled(130)
    html = manager.get(f"{users_url}export/").content.decode()
    assert "About 130 users in the pool: 3 calls of ListUsers, about 1 second" in html
    assert 'name="columns" value="custom:tier"' in html
    html = manager.get(f"{users_url}export/?q=ada%40&status=enabled").content.decode()
    assert "Users where: E-mail begins with “ada@”, enabled." in html
    assert 'name="q" value="ada@"' in html
    assert "at most 3 calls" in html


def test_cost(settings: Any) -> None:
    settings.AWS_BACKGROUND_SHARE = 0.3
    assert export.cost(100_000, filtered=False) == (
        "About 100,000 users in the pool: 1,667 calls of ListUsers, about 3 minutes at the console's share of the"
        " quota, 9 calls a second."
    )
    assert "about 1 second" in export.cost(0, filtered=False)
    assert "hours" in export.cost(10_000_000, filtered=False)


def test_own_share_of_the_quota(place: Any, pool: Any, settings: Any, filled: Callable[[int], None]) -> None:
    settings.AWS_BACKGROUND_SHARE = 0.1
    filled(61)
    asked: list[int] = []

    class Watched:
        def take(self, scope: str, budgets: Any) -> float:
            asked.extend(budget.limit for budget in budgets if budget.key == "UserList")
            return 0.0

    quotas.use_limiter(Watched())
    chunks = export.stream(place=place, query=UserQuery(), source=LIVE, columns=(), actor=_actor())
    b"".join(chunks)
    assert asked == [3, 3]


def _actor() -> Any:
    from audit.record import Actor

    return Actor(name="test")


def failing(*errors: AwsError) -> tuple[Callable[[], Page[CognitoUser]], list[float]]:
    left = list(errors)

    def fetch() -> Page[CognitoUser]:
        if left:
            raise left.pop(0)
        return Page(())

    return fetch, []


def noting(pauses: list[float]) -> Callable[[float], bool]:
    """A wait that takes no time and is never given up."""

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    return wait


def test_throttling_is_waited_out() -> None:
    fetch, pauses = failing(*[Throttled("slow down")] * 40)
    assert live._patiently(fetch, wait=noting(pauses)) == Page(())
    assert pauses[:6] == [1, 2, 4, 8, 16, 30]
    assert max(pauses) == 30


def test_what_does_not_answer_is_given_up() -> None:
    fetch, pauses = failing(*[Unavailable("no")] * 40)
    with pytest.raises(Unavailable):
        live._patiently(fetch, wait=noting(pauses))
    assert len(pauses) == live.REPEATS


def test_nobody_waits_for_a_reader_who_left() -> None:
    fetch, _ = failing(Throttled("slow down"))
    with pytest.raises(Throttled):
        live._patiently(fetch, wait=lambda seconds: True)
