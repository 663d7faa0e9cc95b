"""A new Amplify app with its first environment: what would be made, said exactly, then the job that makes it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from aws import amplify_apps
from aws.amplify_apps import AmplifyApp
from aws.errors import AwsError
from aws.side_by_side import in_time
from aws.target import AwsTarget
from deployments import create_backend_job
from deployments.connect_forms import ConnectChoice, NewBackendForm, place_query, place_values, suggested_names
from deployments.connecting import read_app
from deployments.create_backend_job import NewBackend
from deployments.tasks import start_backend
from environments import access
from environments.models import Project
from environments.permissions import Permission
from jobs.models import Job
from web.pages import redirect_page, render_page

TEMPLATE = "deployments/create_backend.html"


@dataclass(frozen=True, slots=True)
class Review:
    """What the job will make; `same_name` are apps of that name, which Amplify allows and people confuse."""

    wanted: NewBackend
    same_name: tuple[AmplifyApp, ...]

    @property
    def same_query(self) -> str:
        """The address part that looks at the first of those apps."""
        return place_query(self.wanted.target, app=self.same_name[0].id) if self.same_name else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@answers_in_time
def create_backend(request: HttpRequest, project: str) -> HttpResponse:
    """Asks for the names, then shows all that would be made; a POST of what was shown starts the job."""
    row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    sent = request.POST if request.method == "POST" else request.GET
    choice = ConnectChoice(sent, row)
    existing, unread = _existing(choice)
    asked = "env" in sent
    initial = suggested_names(row) | (place_values(choice.target) if choice.target else {}) | {"app": choice.app}
    form = NewBackendForm(sent if asked else None, project=row, existing=existing, initial=initial)
    review = None
    if asked and not unread and form.is_valid():
        wanted = _wanted(form, existing)
        if request.method == "POST":
            job = start_backend(project=row, wanted=wanted, actor=access.actor(request), return_url=_back(row, form))
            return redirect_page(request, job)
        try:
            review = _review(wanted)
        except AwsError as error:
            unread = Unread.of(error)
    context = {
        "project": row,
        "form": form,
        "choice": choice,
        "existing": existing,
        "review": review,
        "unread": unread,
        "hidden": _hidden(review.wanted) if review else (),
        "left": _left_behind(row),
    }
    return render_page(request, TEMPLATE, context, status=422 if form.errors or unread else 200)


def _existing(choice: ConnectChoice) -> tuple[AmplifyApp | None, Unread | None]:
    """The app that gets its first environment, None where a new one is made; why it cannot be read or taken."""
    if not choice.app or choice.target is None:
        return None, None
    target = choice.target
    try:
        app, backends = in_time(lambda: read_app(target, choice.app))
    except AwsError as error:
        return None, Unread.of(error)
    if backends:
        return app, Unread(
            words=f"The app {app.name} has backend environments already.",
            next_step="Connect one of these, or add another with amplify env add.",
            code="ResourceConflict",
            message=", ".join(one.name for one in backends),
            action="",
            retryable=False,
        )
    return app, None


def _wanted(form: NewBackendForm, existing: AmplifyApp | None) -> NewBackend:
    data = form.cleaned_data
    names = ("env", "suffix", "region", "role", "xid")
    return NewBackend(
        name=existing.name if existing else data["name"],
        app=existing.id if existing else "",
        **{name: data[name] for name in names},
    )


def _review(wanted: NewBackend) -> Review:
    """Raises AwsError where the account does not even let its apps be listed, which the job must be able to."""
    return Review(wanted, () if wanted.app else _same_name(wanted.target, wanted.name))


def _same_name(target: AwsTarget, name: str) -> tuple[AmplifyApp, ...]:
    apps = in_time(lambda: tuple(amplify_apps.iter_apps(target)))
    return tuple(app for app in apps if app.name.casefold() == name.casefold())


def _back(project: Project, form: NewBackendForm) -> str:
    return f"{reverse('create-backend', args=[project.slug])}?{urlencode(form.again)}"[:500]


def _hidden(wanted: NewBackend) -> list[tuple[str, str]]:
    """What was shown, as the form sends it: the very names that were reviewed are made."""
    return [(name, value) for name, value in wanted.as_payload().items() if value]


def _left_behind(project: Project) -> dict[str, Any]:
    """What the newest job of this kind left in AWS when it ended before its end."""
    job = Job.objects.filter(project=project, kind=create_backend_job.KIND).select_related("project").first()
    made = create_backend_job.made_by(job) if job and job.can_be_retried else ()
    return {"job": job, "made": made, "commands": "\n".join(one.undo for one in made)}
