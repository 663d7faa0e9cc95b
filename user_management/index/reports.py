"""The index as scripts read it, on its page and from its command."""

from typing import Any

from user_management.index.models import SearchIndex


def report_of(index: SearchIndex) -> dict[str, Any]:
    return {
        "enabled": index.enabled,
        "pool": index.pool_id,
        "attributes": index.attributes,
        "with_groups": index.with_groups,
        "interval_minutes": index.interval,
        "filled": index.filled.isoformat() if index.filled else None,
        "age": index.age_words if index.enabled else "off",
        "users": index.users,
        "calls": index.calls,
        "seconds": round(index.seconds, 1),
        "walked": index.walked,
        "job": index.job.pk if index.job else None,
        "job_status": index.job.status if index.job else None,
    }
