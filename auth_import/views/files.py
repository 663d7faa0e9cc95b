"""One generated file: on a page with its secret masked, or as it is, to download or to fetch with a project token."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amplify_files.catalogue import FILES, UnknownFile, masked
from auth_import import client_files
from auth_import.patience import answers_in_time
from auth_import.preflight import context_of, link_of
from aws.errors import AwsError
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from web.pages import render_page


@never_cache
@require_safe
@answers_in_time
def file(request: HttpRequest, project: str, env: str, name: str) -> HttpResponse:
    """A browser gets a page unless it asks to download; anything else gets the file itself.

    A file that holds a client secret needs the permission for it, and every reading of it is written down.
    """
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link = link_of(environment)
    if link is None:
        raise Http404("Nothing is linked to this environment.")
    try:
        generated = client_files.generated_file(link, name)
    except UnknownFile as error:
        return _answer(request, environment, "There is no such file", str(error), status=404)
    holds_secret = generated.holds_secret(link.auth_outputs)
    may_read_secrets = access.may(request, Permission.READ_SECRETS, environment.project, environment)
    wants_page = access.token_of(request) is None and "download" not in request.GET
    if wants_page:
        context = {
            "project": environment.project,
            "environment": environment,
            "link": link,
            "file": generated,
            "text": generated.render(masked(link.auth_outputs), context_of(environment, link)),
            "holds_secret": holds_secret,
            "may_download": may_read_secrets or not holds_secret,
            "files": client_files.shown(link),
        }
        return render_page(request, "auth_import/file.html", context)
    if holds_secret and not may_read_secrets:
        words = "This file holds a client secret. Ask for it with a role or token that has full access."
        return _answer(request, environment, "This file holds a client secret", words, status=403)
    try:
        text = client_files.text_of(link, generated, actor=access.actor(request))
    except AwsError as error:
        words = f"{error.words} {error.next_step} ({error.code}: {error.message})"
        if access.token_of(request):
            return JsonResponse({"error": words}, status=502)
        return render_page(
            request, "auth_import/aws_failed.html", {"error": error, "environment": environment}, status=502
        )
    response = HttpResponse(text, content_type=f"{generated.content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{generated.file_name}"'
    return response


def _answer(request: HttpRequest, environment: Environment, title: str, words: str, *, status: int) -> HttpResponse:
    """A refusal in words: as JSON for a script, as a page that lists the files for a person."""
    if access.token_of(request):
        return JsonResponse({"error": words}, status=status)
    context = {"project": environment.project, "environment": environment, "title": title, "words": words}
    return render_page(request, "auth_import/no_file.html", context | {"files": FILES}, status=status)
