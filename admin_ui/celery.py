"""The background worker: `celery -A admin_ui worker`. Its settings are the CELERY_… ones of Django's settings."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_ui.settings")

app = Celery("admin_ui", task_cls="celery.contrib.django.task:DjangoTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    """Celery keeps its hands off the logs when somebody answers this signal: they look like the web server's."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@worker_ready.connect
def _tick_at_once(**_: Any) -> None:
    """Jobs that were lost while no worker ran are found now, not at the schedule's first turn."""
    app.tasks["jobs.tasks.tick"].apply_async(expires=10)
