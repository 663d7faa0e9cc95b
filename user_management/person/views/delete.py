"""Deleting a user, after their name was typed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aws.errors import AwsError
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management import people
from user_management.person import actions
from user_management.person.forms import DeleteForm
from user_management.person.views.answers import form_errors, refused
from user_management.place import open_place, pool_page
from web.pages import redirect_page, render_page

TEMPLATE = "user_management/person/delete.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def delete(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    user = people.find(place, username)
    form = DeleteForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        try:
            actions.delete(place=place, user=user, actor=access.actor(request), reason=form.cleaned_data["reason"])
        except AwsError as error:
            return refused(request, place, user, error)
        if wants_json(request):
            return JsonResponse({"deleted": user.username})
        messages.success(request, f"{user.label} is deleted.")
        return redirect_page(request, "users", **place.names)
    if form.is_bound and wants_json(request):
        return form_errors(form)
    context = {**place.context(), "person": user, "form": form}
    return render_page(request, TEMPLATE, context, status=422 if form.errors else 200)
