"""Uploading a file of users, looking at what it would do, and doing it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.csv_import import keeping, presentation, receiving, services
from user_management.csv_import.columns import known_columns
from user_management.csv_import.downloads import csv_answer
from user_management.csv_import.forms import StartForm, UploadForm
from user_management.csv_import.keeping import TooLarge
from user_management.csv_import.models import Phase, Plan, UserImport
from user_management.place import Place, open_place, pool_page
from user_management.pool_rules import rules_of
from web.pages import redirect_page, render_page

UPLOAD = "user_management/csv_import/upload.html"
DETAIL = "user_management/csv_import/detail.html"
LAST = 5


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Choose a file. The check against forged requests reads the whole form, so a file that says how large it is may be
    refused before it; a refused one changes nothing, whoever sent it."""
    if request.method == "POST" and receiving.announces_too_much(request):
        receiving.drain(request)
        return _too_large(request, project, env)
    receiving.prepare(request)
    return _upload(request, project, env)


@csrf_protect
@never_cache
@pool_page
def _upload(request: HttpRequest, project: str, env: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    offered = services.hashing_offered(place)
    if request.method != "POST":
        return _upload_page(request, place, UploadForm(offered=offered))
    form = UploadForm(request.POST, request.FILES, offered=offered)
    if receiving.was_too_large(request):
        return _refused(request, place, form, str(TooLarge()), status=413)
    if not form.is_valid():
        return _refused(request, place, form, "", status=422)
    actor = access.actor(request)
    file = form.cleaned_data["file"]
    try:
        row = keeping.store(
            place=place,
            file_name=file.name,
            hashing=form.cleaned_data["hashing"],
            pieces=receiving.pieces_of(file),
            actor=actor,
        )
    except TooLarge as error:
        return _refused(request, place, form, str(error), status=413)
    job = services.start_reading(place=place, row=row, actor=actor)
    if wants_json(request):
        return JsonResponse({"import": row.pk, "url": row.get_absolute_url(), "job": job.pk}, status=202)
    return redirect_page(request, job)


@csrf_protect
@pool_page
def _say_too_large(request: HttpRequest, project: str, env: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    return _refused(request, place, UploadForm(offered=services.hashing_offered(place)), str(TooLarge()), status=413)


def _too_large(request: HttpRequest, project: str, env: str) -> HttpResponse:
    # The form was not read, so its token is not there to be compared; the answer is words alone.
    request.__dict__["_dont_enforce_csrf_checks"] = True
    return _say_too_large(request, project, env)


def _refused(request: HttpRequest, place: Place, form: UploadForm, words: str, *, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": words, "errors": form.errors if not words else {}}, status=status)
    if words:
        # htmx and browsers alike show what was wrong beside the field.
        form = UploadForm(None, offered=tuple(value for value, _ in form.fields["hashing"].choices if value))  # type: ignore[attr-defined]
    return _upload_page(request, place, form, problem=words, status=status)


def _upload_page(
    request: HttpRequest, place: Place, form: UploadForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    rules = rules_of(place).people
    if wants_json(request):
        return JsonResponse({"columns": known_columns(rules), "largest": "100 MB", "field": "file"})
    context = {
        "form": form,
        "problem": problem,
        "columns": presentation.column_lines(rules),
        "sign_in_by": rules.pool.username_attributes,
        "earlier": UserImport.objects.filter(environment=place.environment).select_related("environment__project")[
            :LAST
        ],
    }
    return render_page(request, UPLOAD, place.context() | context, status=status)


@require_safe
@pool_page
def template(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The first line of a file for this pool."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    return csv_answer("users-template.csv", [known_columns(rules_of(place).people)])


def found(request: HttpRequest, project: str, env: str, import_id: int) -> tuple[Place, UserImport]:
    """The import of this URL, for whoever may manage users there. Raises Http404."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    rows = UserImport.objects.select_related("environment__project", "read_job__project", "run_job__project")
    row = rows.filter(pk=import_id, environment=place.environment).first()
    if row is None:
        raise Http404("There is no such import.")
    return place, row


@never_cache
@require_safe
@pool_page
def detail(request: HttpRequest, project: str, env: str, import_id: int) -> HttpResponse:
    """What the file would do, or has done."""
    place, row = found(request, project, env, import_id)
    if wants_json(request):
        return JsonResponse(presentation.report(row))
    counts_new = row.rows.filter(plan=Plan.CREATE).count() if row.phase == Phase.READY else 0
    form = StartForm(new=counts_new, initial={"role_arn": services.remembered_role(place)})
    return _detail_page(request, place, row, form)


def _detail_page(
    request: HttpRequest, place: Place, row: UserImport, form: StartForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 15 else 0
    context: dict[str, Any] = {"row": row, "form": form, "problem": problem, "documents": None}
    if row.phase == Phase.READY and not row.refusals:
        rules = rules_of(place).people
        context |= presentation.preview(row, rules, show=request.GET.get("show", ""), after=start)
        context["documents"] = presentation.role_documents(place)
    elif row.phase == Phase.DONE:
        context |= presentation.results(row, after=start)
    return render_page(request, DETAIL, place.context() | context, status=status)


@require_POST
@pool_page
def apply(request: HttpRequest, project: str, env: str, import_id: int) -> HttpResponse:
    """Start the import. A double click or a replayed form finds the job that runs already."""
    place, row = found(request, project, env, import_id)
    form = StartForm(request.POST, new=row.rows.filter(plan=Plan.CREATE).count())
    if not form.is_valid():
        if wants_json(request):
            return JsonResponse({"errors": form.errors}, status=422)
        return _detail_page(request, place, row, form, status=422)
    choices = {name: form.cleaned_data[name] for name in ("existing", "way", "role_arn", "reason")}
    choices["deliver_by"] = form.deliver_by
    try:
        job = services.start(place=place, row=row, choices=choices, actor=access.actor(request))
    except services.NotPossible as refusal:
        return _not_possible(request, row, str(refusal))
    return _started(request, row, job)


def _started(request: HttpRequest, row: UserImport, job: Any) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"import": row.pk, "job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job)


def _not_possible(request: HttpRequest, row: UserImport, words: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": words}, status=409)
    messages.error(request, words)
    return redirect_page(request, row)


@require_POST
@pool_page
def retry(request: HttpRequest, project: str, env: str, import_id: int) -> HttpResponse:
    """Do the failed rows again."""
    place, row = found(request, project, env, import_id)
    try:
        job = services.retry_failures(place=place, row=row, actor=access.actor(request))
    except services.NotPossible as refusal:
        return _not_possible(request, row, str(refusal))
    return _started(request, row, job)


@require_POST
@pool_page
def discard(request: HttpRequest, project: str, env: str, import_id: int) -> HttpResponse:
    """Throw the file away, what is left of it after an import that was stopped, or the results of its rows."""
    _, row = found(request, project, env, import_id)
    if not keeping.discard(row, access.actor(request)):
        return _not_possible(request, row, "This file is in use, or was thrown away already.")
    if wants_json(request):
        return JsonResponse({"discarded": True})
    messages.success(request, "The file was thrown away, and everything it held of people with it.")
    return redirect_page(request, "import-users", project=project, env=env)
