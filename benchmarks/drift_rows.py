"""A link that ten of its settings have changed under, for the page that says so."""

from django.utils import timezone

from auth_import.drift import PATHS
from auth_import.models import CognitoLink, IgnoredDrift
from auth_import.observation import Choice
from benchmarks.rows import Console


def drift_page(console: Console, choice: Choice) -> str:
    """The linked environment with ten changes, of which two are ignored."""
    link = CognitoLink.objects.get(environment=console.linked)
    if not link.drift:
        texts = {
            "before": "https://shop.example.com/",
            "after": "https://www.example.com/",
            "breaks": "Hosted sign-in.",
        }
        now = timezone.now()
        link.drift = [{**texts, "id": drift_id, "since": now.isoformat()} for drift_id in list(PATHS)[:8]]
        link.save(update_fields=["drift"])
        for drift_id in list(PATHS)[8:10]:
            fields = {"since": now, "reason": "Known", "created_by_name": "benchmark"}
            IgnoredDrift.objects.create(link=link, drift_id=drift_id, **texts, **fields)
    return console.url("drift", console.linked)
