"""The upload itself: who may, how large, and what is left of a file that is refused."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from environments.permissions import Role
from tests.factories import make_token
from tests.user_management.csv_import.files import ROLE, address, csv, run, send, uploaded
from user_management.csv_import import keeping, receiving
from user_management.csv_import.models import ImportPart, ImportRow, Phase, UserImport

HEADER = "cognito:username,email,email_verified"
ADA = csv(HEADER, "ada,ada@example.com,TRUE")
POSTS = ("apply-user-import", "discard-user-import", "retry-user-import")
READS = ("user-import", "import-problems", "import-results")


def browser(user: Any, **settings: Any) -> Client:
    client = Client(**settings)
    client.force_login(user)
    return client


@pytest.fixture
def checked(place: Any, manager: Any) -> UserImport:
    return uploaded(manager, place, ADA)


def test_who_may(place: Any, cast: Any, checked: UserImport) -> None:
    expected = {cast.owner: 200, cast.manager: 200, cast.limited_owner: 200, cast.viewer: 403, cast.stranger: 404}
    for user, status in expected.items():
        client = browser(user)
        pages = [address(place, name) for name in ("import-users", "import-template")]
        pages += [address(place, name, checked) for name in READS]
        assert {client.get(page).status_code for page in pages} == {status}, user


def test_who_may_not_changes_nothing(place: Any, cast: Any, checked: UserImport) -> None:
    for user, status in ((cast.viewer, 403), (cast.stranger, 404)):
        client = browser(user)
        assert send(client, place, ADA).status_code == status
        for name in POSTS:
            answer = client.post(address(place, name, checked), {"existing": "skip", "way": "one-by-one"})
            assert answer.status_code == status
    checked.refresh_from_db()

    assert (checked.phase, checked.run_job, UserImport.objects.count()) == (Phase.READY, None, 1)


def test_only_the_right_methods(place: Any, manager: Any, checked: UserImport) -> None:
    assert {manager.get(address(place, name, checked)).status_code for name in POSTS} == {405}
    assert {manager.post(address(place, name, checked)).status_code for name in READS} == {405}
    assert manager.put(address(place, "import-users")).status_code == 405


def test_an_import_belongs_to_its_environment(project: Any, place: Any, manager: Any, pool: Any, checked: Any) -> None:
    from tests.user_management.conftest import linked

    other = linked(project, pool, "other")

    for name in READS:
        assert manager.get(address(other, name, checked)).status_code == 404


def test_a_forged_upload_is_refused(place: Any, cast: Any) -> None:
    client = browser(cast.manager, enforce_csrf_checks=True)

    assert send(client, place, ADA).status_code == 403
    assert not UserImport.objects.exists()


def test_the_form_of_the_page_is_accepted(place: Any, cast: Any) -> None:
    client = browser(cast.manager, enforce_csrf_checks=True)
    client.get(address(place, "import-users"))
    token = client.cookies["csrftoken"].value

    assert send(client, place, ADA, csrfmiddlewaretoken=token).status_code == 303


def test_a_script_does_it_all_with_a_token(place: Any, project: Any, no_quotas: None) -> None:
    _, token = make_token(project, role=Role.MANAGE_ONLY)
    script = Client(
        enforce_csrf_checks=True, headers={"authorization": f"Bearer {token}", "accept": "application/json"}
    )
    columns = script.get(address(place, "import-users")).json()
    assert "cognito:username" in columns["columns"]

    made = send(script, place, ADA)
    assert made.status_code == 202
    row = UserImport.objects.get(pk=made.json()["import"])
    run(row.read_job)  # type: ignore[arg-type]
    assert script.get(made.json()["url"]).json()["figures"]["create"] == 1
    bad = script.post(address(place, "apply-user-import", row), {"way": "cognito-job", "existing": "skip"})
    assert (bad.status_code, "role_arn" in bad.json()["errors"]) == (422, True)
    started = script.post(address(place, "apply-user-import", row), {"way": "one-by-one", "existing": "skip"})
    assert (started.status_code, bool(started.json()["job"])) == (202, True)


def test_a_viewers_token_may_not(place: Any, project: Any) -> None:
    _, token = make_token(project, role=Role.VIEWER)
    script = Client(headers={"authorization": f"Bearer {token}", "accept": "application/json"})

    assert send(script, place, ADA).status_code == 403
    assert not UserImport.objects.exists()


def test_no_file_is_no_upload(place: Any, manager: Any) -> None:
    answer = manager.post(address(place, "import-users"), {})

    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


def test_an_algorithm_nobody_offers_is_refused(place: Any, manager: Any) -> None:
    assert send(manager, place, ADA, hashing="MD5").status_code == 422
    assert not UserImport.objects.exists()


class Announced:
    """The body of a request of 200 MB, of which nothing is made before it is read."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.largest = 0

    def read(self, size: int = -1) -> bytes:
        self.largest = max(self.largest, size if size >= 0 else self.left)
        size = min(self.left, size if size >= 0 else self.left)
        self.left -= size
        return b"x" * size

    readline = read


def test_200_mb_are_refused_before_anything_is_kept(place: Any, cast: Any, manager: Any, monkeypatch: Any) -> None:
    body = Announced(200 * 1024 * 1024)
    answer = manager.generic(
        "POST",
        address(place, "import-users"),
        b"",
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": body, "CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )

    assert answer.status_code == 413
    assert "A file may have 100 MB" in answer.content.decode()
    assert (body.left, body.largest <= 1024 * 1024) == (0, True), "it is read in pieces and dropped"
    assert not UserImport.objects.exists()


def test_who_may_not_learns_nothing_from_a_large_file_either(place: Any, cast: Any) -> None:
    for user, status in ((cast.viewer, 403), (cast.stranger, 404)):
        size: dict[str, Any] = {"CONTENT_LENGTH": str(200 * 1024 * 1024), "wsgi.input": Announced(1024)}
        answer = browser(user).generic("POST", address(place, "import-users"), b"", **size)
        assert answer.status_code == status


def test_a_sender_who_gives_no_length_is_stopped_too(place: Any, manager: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(receiving, "MOST_BYTES", 1000)
    monkeypatch.setattr(receiving, "announces_too_much", lambda request: False)
    before = set(temporary_files())
    answer = send(manager, place, b"x" * 5000)

    assert answer.status_code == 413
    assert "100 MB" in answer.content.decode()
    assert not UserImport.objects.exists()
    assert set(temporary_files()) == before, "nothing is left on the disk"


def temporary_files() -> list[str]:
    import tempfile

    return [name for name in os.listdir(tempfile.gettempdir()) if ".upload" in name]


def test_a_file_that_grows_too_large_while_it_is_kept_leaves_nothing(place: Any, cast: Any, monkeypatch: Any) -> None:
    from tests.factories import actor_of

    monkeypatch.setattr(keeping, "MOST_BYTES", 3 * 1024 * 1024)
    pieces = (b"x" * 700_000 for _ in range(10))
    with pytest.raises(keeping.TooLarge):
        keeping.store(place=place, file_name="x", hashing="", pieces=pieces, actor=actor_of(cast.manager))

    assert (UserImport.objects.count(), ImportPart.objects.count()) == (0, 0)


def test_the_file_comes_back_as_it_was(place: Any, cast: Any) -> None:
    from tests.factories import actor_of

    content = os.urandom(2_500_000)
    pieces = (content[at : at + 300_001] for at in range(0, len(content), 300_001))
    row = keeping.store(place=place, file_name="x", hashing="", pieces=pieces, actor=actor_of(cast.manager))

    assert b"".join(keeping.pieces_of(row)) == content
    assert row.parts.count() == 3


def test_names_of_files_are_only_names(place: Any, manager: Any) -> None:
    assert send(manager, place, ADA, name="../../<b>etc</b>.csv").status_code == 303
    row = UserImport.objects.get()
    page = manager.get(row.get_absolute_url()).content.decode()

    assert "/" not in row.file_name
    assert "<b>" not in page.split("<main")[-1]


def test_temporary_files_are_for_the_console_alone() -> None:
    handler = receiving.BoundedFileHandler(RequestFactory().post("/"))
    handler.new_file("file", "a.csv", "text/csv", 10)

    assert Path(handler.file.temporary_file_path()).stat().st_mode & 0o077 == 0
    handler.file.close()


def test_pages_take_few_queries(place: Any, manager: Any, checked: Any, django_assert_max_num_queries: Any) -> None:
    ImportRow.objects.bulk_create(
        ImportRow(user_import=checked, line=10 + n, username=f"u{n}", key=f"u{n}", plan="create") for n in range(120)
    )
    for url in (address(place, "import-users"), address(place, "user-import", checked)):
        manager.get(url)
        with django_assert_max_num_queries(16):
            assert manager.get(url).status_code == 200


def test_the_rows_go_on_to_the_end(place: Any, manager: Any, checked: Any) -> None:
    ImportRow.objects.bulk_create(
        ImportRow(user_import=checked, line=10 + n, username=f"u{n}", key=f"u{n}", plan="create") for n in range(60)
    )
    first = manager.get(checked.get_absolute_url(), {"show": "create"}).content.decode()
    second = manager.get(checked.get_absolute_url(), {"show": "create", "after": "58"}).content.decode()

    assert "Next rows" in first
    assert "after=58" in first
    assert ("u59" in second, "Next rows" in second) == (True, False)


def test_an_unlinked_environment_says_what_to_do(project: Any, cast: Any) -> None:
    client = browser(cast.manager)
    page = client.get(f"/projects/{project.slug}/dev/users/import/")

    assert "not linked to a user pool" in page.content.decode()


def test_aws_that_does_not_answer_is_said_in_plain_words(place: Any, manager: Any, sandbox: Any) -> None:
    sandbox.fail("DescribeUserPool", kind="fail", code="AccessDeniedException", times=1)
    page = manager.get(address(place, "import-users"))

    assert page.status_code == 502
    assert "cognito-idp:DescribeUserPool" in page.content.decode()


def test_arns_of_roles() -> None:
    from user_management.csv_import.forms import StartForm

    for arn, good in (
        (ROLE, True),
        ("arn:aws-cn:iam::123456789012:role/path/x", True),
        ("arn:aws:iam::1:role/x", False),
    ):
        form = StartForm({"existing": "skip", "way": "cognito-job", "role_arn": arn})
        assert form.is_valid() is good, arn
