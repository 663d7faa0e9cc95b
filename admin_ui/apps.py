import os
import threading

from django.apps import AppConfig
from django.conf import settings


class AdminUiConfig(AppConfig):
    name = "admin_ui"
    verbose_name = "Admin UI"

    def ready(self) -> None:
        """Every process of the console counts its AWS calls in one place, or two of them would use the quota twice."""
        from aws import limiters, quotas

        quotas.use_figures(settings.AWS_QUOTAS)
        quotas.use_default_account(settings.AWS_ACCOUNT)
        if settings.REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
            import redis

            quotas.use_limiter(limiters.RedisLimiter(redis.Redis.from_url(settings.REDIS_URL)))
        else:
            quotas.use_limiter(limiters.FileLockLimiter(settings.STATE / "quota"))


def warm_clients() -> None:
    """Make the SDK's clients of every Region in use ahead of the first person who waits for them, in the background."""

    def work() -> None:
        from django.db import connection

        from aws import session
        from environments.models import Environment

        try:
            targets = {environment.target for environment in Environment.objects.all()[:20]}
        finally:
            connection.close()
        for target in targets:
            session.warm(target)

    if os.environ.get("WARM_CLIENTS", "1") == "1":
        threading.Thread(target=work, name="warm-clients", daemon=True).start()
