"""The steps people take, as tests need them: a plan, a link, a browser, a script with a token."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from audit.record import Actor
from auth_import import services
from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from auth_import.preflight import preflight
from environments.models import Environment, ProjectToken
from environments.permissions import Role
from jobs import lifecycle
from jobs.models import Job
from tests.factories import make_member

ACTOR = Actor(name="Sample Person")


def nobody_else(_: Environment) -> bool:
    """Sees no other environment."""
    return False


def plan_for(
    environment: Environment, choice: Choice, *, accept: tuple[str, ...] = (), reason: str = ""
) -> PlannedImport:
    """What the page's button does: every rule, then the frozen plan."""
    checked = preflight(environment=environment, choice=choice, sees=nobody_else)
    plan = services.plan_of(checked, environment=environment, accepted=accept, reason=reason)
    return services.keep_plan(plan=plan, environment=environment, actor=ACTOR)


def job_for(planned: PlannedImport) -> Job:
    """The job of a plan, run to its end in this process."""
    job = services.start_import(planned=planned, actor=ACTOR, send=False)
    return lifecycle.run_now(job, services.apply_import)


def link_for(environment: Environment, choice: Choice, **plan: Any) -> CognitoLink:
    """An import from the plan to the finished job, a minute ago, so that it may be checked again."""
    job = job_for(plan_for(environment, choice, **plan))
    assert job.status == "succeeded", (job.error_words, job.error_message)
    CognitoLink.objects.filter(environment=environment).update(checked=timezone.now() - timedelta(minutes=1))
    return CognitoLink.objects.select_related("environment__project").get(environment=environment)


def signed_in(environment: Environment, role: str = Role.FULL_ACCESS, **fields: Any) -> Client:
    """A browser of a new member of the environment's project."""
    client = Client()
    client.force_login(make_member(environment.project, role, **fields))
    return client


def bearer(environment: Environment, role: str = Role.FULL_ACCESS) -> dict[str, str]:
    """The headers of a script with a new project token."""
    _, secret = ProjectToken.make(project=environment.project, name="build", role=role, created_by_name="Sample")
    return {"Authorization": f"Bearer {secret}", "Accept": "application/json"}


def address(environment: Environment, page: str, **more: Any) -> str:
    return reverse(page, kwargs={"project": environment.project.slug, "env": environment.name, **more})


def chosen(choice: Choice) -> dict[str, str]:
    """A choice as the page's forms send it."""
    return {
        "pool": choice.user_pool_id,
        "web": choice.web_client_id,
        "native": choice.native_client_id,
        "ipool": choice.identity_pool_id,
        "identity": "on" if choice.identity_pool_id else "off",
    }


def audited(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("id"))
