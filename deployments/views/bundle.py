"""What an app's repository and its builds take from an environment: the source bundle, and what CI needs."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amplify_files import ci, hosting_build
from auth_import.models import CognitoLink
from auth_import.patience import answers_in_time
from auth_import.preflight import context_beside, known_backend, link_of
from aws.errors import AwsError
from backend_state import known
from backend_state.document.problems import BackendProblem
from backend_state.models import KnownBackend
from deployments import source_bundle
from deployments.source_bundle import LANGUAGES, NoBundle
from environments import access
from environments.backends import aws_words
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import render_page

NOTHING_LINKED = "Nothing is linked to this environment."


@dataclass(frozen=True, slots=True)
class Build:
    """What a build needs. What only an Amplify backend has is "" without one, `shell` also until it was read."""

    bundle_url: str
    curl: str
    variables: tuple[tuple[str, str], ...]
    categories: str
    hosting_build: str
    shell: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "variables": dict(self.variables)}


@never_cache
@require_safe
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The bundle with its language, and the CI panel; asks AWS nothing. Scripts get the panel as JSON."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link, row = link_of(environment), known_backend(environment)
    javascript = environment.project.frontend == "javascript"
    language = request.GET.get("language", "")
    language = language if javascript and language in LANGUAGES else ""
    build = _build(request, link, row, _bundle_url(environment, language)) if link else None
    if wants_json(request):
        if build is None:
            raise Http404(NOTHING_LINKED)
        return JsonResponse(build.as_json() | {"language": language or ("javascript" if javascript else None)})
    context: dict[str, Any] = {
        "project": environment.project,
        "environment": environment,
        "link": link,
        "known": row,
        "languages": [(name, title, name == (language or "javascript")) for name, title in LANGUAGES.items()]
        if javascript
        else [],
        "bundle_url": _bundle_url(environment, language),
        "has_api": any(name.endswith("/build/schema.graphql") for name in row.facts.get("files", ())) if row else None,
        "may_token": access.may(request, Permission.MANAGE_TOKENS, environment.project),
        "may_read_secrets": access.may(request, Permission.READ_SECRETS, environment.project, environment),
    }
    if link:
        context |= {
            "build": build,
            "config_files": source_bundle.config_files(environment),
            "secret_files": source_bundle.secret_files(environment, link),
        }
    return render_page(request, "deployments/source.html", context)


def _build(request: HttpRequest, link: CognitoLink, row: KnownBackend | None, bundle_url: str) -> "Build":
    environment, outputs = link.environment, link.auth_outputs
    # With the root stack as it was last read; without, where it never was.
    stack = known.stack_of(row) if row else None
    context = replace(context_beside(row, environment, link), stack=stack)
    address = request.build_absolute_uri(bundle_url)
    return Build(
        bundle_url=address,
        curl=hosting_build.download_line(address, file_name="source-bundle.zip") + "unzip -o source-bundle.zip\n",
        variables=ci.variables(outputs),
        categories=ci.categories_payload(outputs) if environment.is_amplify else "",
        hosting_build=hosting_build.build_snippet(outputs, context) if environment.is_amplify else "",
        shell=hosting_build.shell_lines(outputs, context) if context.stack else "",
    )


def _bundle_url(environment: Environment, language: str) -> str:
    url = reverse("source-bundle", kwargs={"project": environment.project.slug, "env": environment.name})
    return f"{url}?language={language}" if language else url


@never_cache
@require_safe
@answers_in_time
def source_bundle_zip(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The zip. `?language=` chooses the statements, `?secrets=no` leaves out the files that hold a client secret.

    A bundle with such a file needs the permission for it, and every reading is written down.
    """
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link = link_of(environment)
    if link is None:
        raise Http404(NOTHING_LINKED)
    secrets = request.GET.get("secrets") != "no"
    may_read = access.may(request, Permission.READ_SECRETS, environment.project, environment)
    if secrets and not may_read and source_bundle.secret_files(environment, link):
        words = (
            "The bundle has files that hold a client secret. Ask for it with a role or token that has full access, "
            "or leave those files out with ?secrets=no."
        )
        return _refused(request, environment, words, status=403)
    try:
        wish = source_bundle.wish_of(environment, request.GET.get("language", ""), secrets=secrets)
        body = source_bundle.bundle(environment, link, wish, actor=access.actor(request))
    except NoBundle as refusal:
        return _refused(request, environment, str(refusal), status=422)
    except BackendProblem as problem:
        return _refused(request, environment, f"{problem.words} {problem.next_step}", status=502)
    except AwsError as error:
        return _refused(request, environment, aws_words(error), status=502)
    response = HttpResponse(body, content_type="application/zip")
    name = f"{environment.project.slug}-{environment.name}-source-bundle.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _refused(request: HttpRequest, environment: Environment, words: str, *, status: int) -> HttpResponse:
    if access.token_of(request):
        return JsonResponse({"error": words}, status=status)
    context = {"project": environment.project, "environment": environment, "words": words}
    return render_page(request, "deployments/no_bundle.html", context, status=status)
