"""Setting a password. What was made up is shown once, in the answer itself, and kept nowhere."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aws.errors import AwsError, NotFound
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.person import actions
from user_management.person.forms import PasswordForm, ask_again
from user_management.person.passwords import requirements
from user_management.person.sign_in_help import help_for, situation_for
from user_management.person.sign_in_table import UserAction
from user_management.person.views.answers import done, form_errors, refused
from user_management.person.views.page import read
from user_management.place import open_place, pool_page
from web.pages import render_page

TEMPLATE = "user_management/person/password.html"
SHOWN_ONCE = "user_management/person/shown_once.html"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def set_password(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    user, rules = read(place, username)
    caution = help_for(situation_for(user, rules)).offer(UserAction.SET_PASSWORD).caution
    federated = caution if user.status == "EXTERNAL_PROVIDER" else ""
    form = PasswordForm(request.POST if request.method == "POST" else None, people=rules.people, caution=federated)
    error: AwsError | None = None
    if form.is_bound and form.is_valid():
        password, permanent = form.password(), form.cleaned_data["kind"] == "permanent"
        try:
            now = actions.set_password(
                place=place,
                user=user,
                actor=access.actor(request),
                reason=form.cleaned_data["reason"],
                password=password,
                permanent=permanent,
            )
        except AwsError as failure:
            if wants_json(request) or isinstance(failure, NotFound):
                return refused(request, place, user, failure)
            error = failure
        else:
            if not form.is_made_up:
                return done(
                    request, place, now, f"The password of {user.label} is set. Nobody was told: you hand it over."
                )
            if wants_json(request):
                return done(request, place, now, "", password=password)
            context = {**place.context(), "person": now, "password": password, "permanent": permanent}
            return render_page(request, SHOWN_ONCE, context)
    elif form.is_bound and wants_json(request):
        return form_errors(form)
    if form.is_bound:
        ask_again(form)
    context = {
        **place.context(),
        "person": user,
        "form": form,
        "error": error,
        "caution": caution if not federated else "",
        "requirements": requirements(rules.people.pool.password_policy, rules.people.password_history),
    }
    return render_page(request, TEMPLATE, context, status=422 if form.errors or error else 200)
