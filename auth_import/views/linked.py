"""The Authentication page: the two choices, or what is linked and what follows from it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from amplify_files import ci
from auth_import import client_files, services
from auth_import.dependents import dependents_of
from auth_import.forms import choice_query
from auth_import.models import CognitoLink, PlannedImport
from auth_import.patience import answers_in_time
from auth_import.preflight import for_reader, link_of
from auth_import.presentation import checks_by_family, sees
from auth_import.records import finding_record
from auth_import.reports import link_report
from auth_import.unlinking import waiting_of
from auth_import.views.unlinking import not_linked
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page

CODEGEN_TARGETS = {"javascript": "javascript", "ios": "swift", "android": "android", "flutter": ""}


@never_cache
@require_safe
def authentication(request: HttpRequest, project: str, env: str) -> HttpResponse:
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link = link_of(environment)
    if link:
        link.findings = _readable(request, environment, link)
    if wants_json(request):
        return JsonResponse(link_report(link)) if link else JsonResponse({"error": "Nothing is linked."}, status=404)
    may_import = access.may(request, Permission.IMPORT_AUTH, environment.project, environment)
    base = {
        "project": environment.project,
        "environment": environment,
        "may_import": may_import,
        "may_push": access.may(request, Permission.PUSH, environment.project, environment),
        "may_fix": access.may(request, Permission.FIX_AWS, environment.project, environment),
        "may_manage_users": access.may(request, Permission.MANAGE_USERS, environment.project, environment),
    }
    if link is None and (chosen := {"reuse": "import", "scratch": "scratch"}.get(request.GET.get("mode", ""))):
        return redirect_page(request, _url(chosen, environment))
    if link is None:
        running = (
            PlannedImport.objects.filter(environment=environment, job__status__in=["queued", "running"])
            .select_related("job__project")
            .first()
        )
        context = {
            "job": running.job if running else None,
            "unlink": waiting_of(environment),
        }
        return render_page(request, "auth_import/unlinked.html", base | context)
    return render_page(request, "auth_import/linked.html", base | _linked(request, environment, link))


def _readable(request: HttpRequest, environment: Environment, link: CognitoLink) -> list[dict[str, Any]]:
    """The last findings as records, as the sender of the request may read them."""
    return [
        finding_record(finding)
        for finding in for_reader(link.last_findings, environment, link.user_pool_id, sees(request))
    ]


def _linked(request: HttpRequest, environment: Environment, link: CognitoLink) -> dict[str, Any]:
    outputs = link.auth_outputs
    files_url = request.build_absolute_uri(_url("client-file", environment, name="aws-exports.js"))
    files = client_files.shown(link)
    preferred = environment.project.frontend
    return {
        "link": link,
        "outputs": outputs,
        "checks": checks_by_family(link.last_findings, link.accepted),
        "files": sorted(files, key=lambda one: (one.file.platform != preferred,)),
        "variables": ci.variables(outputs),
        "shell_exports": ci.shell_exports(outputs),
        "dependents": dependents_of(link),
        "categories": ci.categories_payload(outputs),
        "curl": f'curl -fsS -H "Authorization: Bearer $ADMIN_UI_TOKEN" -o src/aws-exports.js {files_url}',
        "client_config": f"python manage.py client_config --project {environment.project.slug} "
        f"--environment {environment.name} --out .",
        "codegen_target": CODEGEN_TARGETS.get(preferred, ""),
        "choice_query": choice_query(link.choice),
        "may_unlink": access.may(request, Permission.UNLINK_AUTH, environment.project, environment),
        "may_read_secrets": access.may(request, Permission.READ_SECRETS, environment.project, environment),
        "may_token": access.may(request, Permission.MANAGE_TOKENS, environment.project),
    }


@require_POST
@answers_in_time
def check(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Run every rule on the link again, by read calls only."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link = link_of(environment)
    if link is None:
        return not_linked(request, environment)
    # Whoever may import cures something and looks again at once; readers alone cannot spend the account's quota.
    may_import = access.may(request, Permission.IMPORT_AUTH, environment.project, environment)
    ago = None if may_import else services.checked_ago(link)
    if ago is None:
        link = services.check_link(link=link, actor=access.actor(request), sees=sees(request))
    else:
        link.findings = _readable(request, environment, link)
    if wants_json(request):
        return JsonResponse(link_report(link))
    if ago is not None:
        messages.info(request, f"Checked {ago} second{'' if ago == 1 else 's'} ago. Wait half a minute to check again.")
    elif link.untold:
        why = f"{link.untold.message} ({link.untold.action} {link.untold.code})"
        messages.warning(request, f"Not checked, because AWS did not tell everything: {why}. What was known stays.")
    elif link.failing:
        messages.warning(request, f"Checked: {link.health_words}. See the checks below.")
    elif link.drift:
        messages.warning(request, "Checked: something changed in AWS since the import. See below what breaks.")
    else:
        messages.success(request, "Checked: nothing fails, and nothing changed since the import.")
    back = "drift" if request.POST.get("back") == "drift" else "authentication"
    return redirect_page(request, _url(back, environment))


@require_POST
def function_access(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Keep the answer to the question asked once after an import."""
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    link = link_of(environment)
    if link is None:
        return not_linked(request, environment)
    answer = request.POST.get("answer", "")
    if answer in (CognitoLink.FunctionAccess.WANTED, CognitoLink.FunctionAccess.NOT_WANTED):
        services.answer_function_access(link=link, answer=answer, actor=access.actor(request))
    else:
        messages.error(request, "Choose Yes or No.")
    return redirect_page(request, _url("authentication", environment))


def _url(page: str, environment: Environment, **more: str) -> str:
    return reverse(page, kwargs={"project": environment.project.slug, "env": environment.name, **more})
