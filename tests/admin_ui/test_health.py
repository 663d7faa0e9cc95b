"""What load balancers and monitoring read, without a person and without a secret."""

from typing import Any

import pytest
from django.conf import settings as console_settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from environments.models import ProjectToken
from tests.factories import make_environment, make_invitation, make_token


def test_the_process_answers_without_a_database(client: Client) -> None:
    """The test may not touch the database: pytest-django would refuse."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready_when_database_and_cache_answer(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "failing": []})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_not_ready_before_the_tables_exist(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_job RENAME TO jobs_elsewhere")
    try:
        answer = client.get("/readyz")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE jobs_elsewhere RENAME TO jobs_job")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "failing": ["database"]})


@pytest.mark.django_db
def test_not_ready_when_the_cache_is_away(client: Client) -> None:
    away = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://:hidden-password@127.0.0.1:9/0",
        }
    }
    with override_settings(CACHES=away):
        try:
            answer = client.get("/readyz")
        finally:
            caches.close_all()
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "failing": ["cache"]})
    assert "hidden-password" not in answer.content.decode()


@pytest.mark.django_db
def test_metrics_count_jobs_and_name_nobody(client: Client, settings: Any) -> None:
    environment = make_environment()
    _, token = make_token(environment.project)
    _, invitation = make_invitation(environment.project)

    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    assert 'admin_ui_jobs{status="queued"} 0.0' in text
    digest = ProjectToken.objects.get().digest
    for secret in (token, invitation, digest, console_settings.SECRET_KEY, environment.project.name, "example.com"):
        assert secret not in text
