"""The pages of the wizard for a new environment, and the review of one that is planned."""

from collections.abc import Callable
from urllib.parse import urlencode

from auth_import.observation import Choice
from benchmarks.rows import Console
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import ClonePlan, Resources


def cloning(route: str, /, **more: str) -> Callable[[Console, Choice], str]:
    """A page of the wizard, for a new environment like the linked one."""
    query = urlencode({"name": "benchmark", "region": "eu-west-1", **more})
    return lambda console, choice: f"{console.url(route, console.linked)}?{query}"


def clone_review(console: Console, choice: Choice) -> str:
    """A plan that shares the linked resources, with all the files that come of it."""
    plan = ClonePlan(
        source=console.linked.name,
        name="benchmark",
        kind="standalone",
        region="eu-west-1",
        resources=Resources.SAME,
        auth=console.planned.plan,
    )
    planned = PlannedClone.objects.create(
        project=console.project, source=console.linked, document=plan.to_dict(), created_by_name="benchmark"
    )
    return console.url("review-clone", plan_id=planned.pk)
