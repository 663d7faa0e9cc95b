"""Saving, opening and deleting a view of the users page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aws.errors import AwsError
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.index import saved_views
from user_management.index.forms import ViewForm
from user_management.index.models import SavedView
from user_management.place import Place, open_place, pool_page
from web.pages import redirect_page, render_page

LAST = "users-view"
"""Where the session keeps the view that was opened last, by environment."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def save(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """A list of the views as JSON, or a form of its own for whoever comes without the users page; POST keeps one."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    actor = access.actor(request)
    if request.method != "POST":
        if wants_json(request):
            rows = saved_views.visible(place.environment, actor.user_id)
            return JsonResponse({"views": [view.as_json() for view in rows]})
        return _form(request, place, ViewForm(initial={"params": request.GET.urlencode()}))
    form = ViewForm(request.POST)
    try:
        if not form.is_valid():
            return _form(request, place, form, status=422)
        if form.cleaned_data["shared"]:
            open_place(request, project, env, needs=Permission.MANAGE_USERS)
        view = saved_views.save(environment=place.environment, actor=actor, **form.cleaned_data)
    except saved_views.NameTaken as refusal:
        form.add_error("name", str(refusal))
        return _form(request, place, form, status=422)
    except AwsError as error:
        form.add_error(None, error.message)
        return _form(request, place, form, status=422)
    if wants_json(request):
        return JsonResponse(view.as_json(), status=201)
    return redirect_page(request, "open-view", **place.names, view=view.pk)


@never_cache
@require_safe
@pool_page
def show(request: HttpRequest, project: str, env: str, view: int) -> HttpResponse:
    """The address worth sharing: leads to the users page with the view's conditions, and remembers it as the last."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    row = _find(request, place, view)
    if access.token_of(request) is None:
        last = {**request.session.get(LAST, {}), str(place.environment.pk): row.pk}
        request.session[LAST] = last
    return redirect_page(request, f"{reverse('users', kwargs=place.names)}?{row.params}&view={row.pk}")


@require_POST
@pool_page
def delete(request: HttpRequest, project: str, env: str, view: int) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.VIEW)
    row = _find(request, place, view)
    own = saved_views.is_own(row, access.actor(request).user_id)
    if not own and not access.may(request, Permission.MANAGE_USERS, place.project, place.environment):
        raise PermissionDenied("Everybody's views are deleted by whoever made them, or by members who manage users.")
    row.delete()
    if wants_json(request):
        return JsonResponse({"deleted": view})
    messages.success(request, f"The view “{row.name}” was deleted.")
    return redirect_page(request, "users", **place.names)


def _find(request: HttpRequest, place: Place, view: int) -> SavedView:
    row = saved_views.visible(place.environment, access.actor(request).user_id).filter(pk=view).first()
    if row is None:
        raise Http404("There is no such view, or it is somebody else's own.")
    return row


def _form(request: HttpRequest, place: Place, form: ViewForm, *, status: int = 200) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": "This is not valid.", "fields": form.errors}, status=status)
    may_share = access.may(request, Permission.MANAGE_USERS, place.project, place.environment)
    context = {**place.context(), "form": form, "may_share": may_share}
    return render_page(request, "user_management/index/view.html", context, status=status)
