"""Uploading a file of users, as a browser does, and running the jobs that follow in the test's own process."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jobs.lifecycle import run_now
from jobs.models import Job
from user_management.csv_import import by_cognito, one_by_one, services
from user_management.csv_import.models import UserImport

if TYPE_CHECKING:
    from django.test import Client

    from user_management.place import Place

BODIES = {services.READ: services.read_file, services.RUN: one_by_one.run_rows, services.RUN_JOB: by_cognito.run_job}
ROLE = "arn:aws:iam::123456789012:role/cognito-import-log"


def csv(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def address(place: "Place", route: str, row: UserImport | None = None) -> str:
    return reverse(route, kwargs=place.names | ({"import_id": row.pk} if row else {}))


def send(client: "Client", place: "Place", content: bytes, name: str = "users.csv", **more: Any) -> Any:
    """The answer to an upload."""
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(address(place, "import-users"), {"file": file, **more})


def uploaded(client: "Client", place: "Place", content: bytes, **more: Any) -> UserImport:
    """An uploaded file, checked."""
    answer = send(client, place, content, **more)
    assert answer.status_code == 303, answer.content.decode()
    row = UserImport.objects.order_by("-pk")[0]
    assert row.read_job is not None
    run(row.read_job)
    row.refresh_from_db()
    return row


def run(job: Job) -> Job:
    """Run the job here and now, and expect a good end."""
    ended = run_now(job, BODIES[job.kind])
    assert ended.status == "succeeded", (ended.error_words, ended.error_code, ended.error_message)
    return ended


def start(client: "Client", place: "Place", row: UserImport, **fields: Any) -> Job:
    """Start the import by its form; the job that was queued."""
    given = {"existing": "skip", "way": "one-by-one", "invitation": "", **fields}
    answer = client.post(address(place, "apply-user-import", row), given)
    assert answer.status_code == 303, answer.content.decode()
    row.refresh_from_db()
    assert row.run_job is not None, answer.headers
    return row.run_job


def imported(client: "Client", place: "Place", content: bytes, **fields: Any) -> UserImport:
    """A file uploaded, checked and imported."""
    upload = {key: fields.pop(key) for key in ("hashing",) if key in fields}
    row = uploaded(client, place, content, **upload)
    run(start(client, place, row, **fields))
    row.refresh_from_db()
    return row


def problems(row: UserImport) -> Sequence[tuple[int, str, str]]:
    return list(row.problems.order_by("line", "pk").values_list("line", "column", "words"))


def plans(row: UserImport) -> Mapping[int, str]:
    return dict(row.rows.values_list("line", "plan"))
