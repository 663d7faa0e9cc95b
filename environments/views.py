"""Pages of a project: new projects and environments, members, tokens, activity."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from audit.models import AuditEvent
from environments import access, services
from environments.adapter import INVITED_SESSION_KEY
from environments.forms import InvitationForm, MemberForm, PersonForm, ProjectForm, TokenForm
from environments.models import Invitation, Membership, Project, ProjectToken
from environments.permissions import ROLE_WORDS, Permission, Role
from web.pages import redirect_page, render_page

EVENTS_A_PAGE = 50
MOST_DIGITS = 19
"""Numbers of rows stay below this many digits, in every database."""


@require_http_methods(["GET", "HEAD", "POST"])
def create_project(request: HttpRequest) -> HttpResponse:
    if access.token_of(request):
        raise PermissionDenied("A token belongs to one project and cannot create another.")
    if not access.may_create_projects(request):
        raise PermissionDenied("Ask an operator of this console to create the project.")
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = services.create_project(actor=access.actor(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect_page(request, "create-environment", project=project.slug)
    return render_page(request, "environments/create_project.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, project: str) -> HttpResponse:
    """The people of the project; a POST makes an invitation and shows its link once."""
    needs = Permission.MANAGE_MEMBERS if request.method == "POST" else Permission.VIEW
    row = access.project(request, project, needs=needs)
    form = InvitationForm(request.POST or None)
    link, refusal = "", ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = services.invite(project=row, actor=access.actor(request), **form.cleaned_data)
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            link = request.build_absolute_uri(f"/invitations/{secret}/")
        form = InvitationForm()
    context = {
        "project": row,
        "memberships": memberships_of(request, row),
        "invitations": row.invitations.open(),
        "roles": [(role.label, ROLE_WORDS[role]) for role in Role],
        "form": form,
        "link": link,
        "refusal": refusal,
        "may_manage": access.may(request, Permission.MANAGE_MEMBERS, row),
    }
    status = 422 if form.errors or refusal else 200
    return render_page(request, "environments/members.html", context, status=status)


def memberships_of(request: HttpRequest, row: Project) -> list[tuple[Membership, list[str], int]]:
    """Each with the names of the environments it is limited to, and how many more the reader may not see."""
    visible = {environment.pk for environment in access.visible_environments(request, row)}
    rows = []
    for membership in row.memberships.select_related("user").prefetch_related("environments"):
        limits = membership.environments.all()
        names = [environment.name for environment in limits if environment.pk in visible]
        rows.append((membership, names, len(limits) - len(names)))
    return rows


@require_POST
def withdraw_invitation(request: HttpRequest, project: str, invitation_id: int) -> HttpResponse:
    row = access.project(request, project, needs=Permission.MANAGE_MEMBERS)
    invitation = get_object_or_404(Invitation.objects.select_related("project"), pk=invitation_id, project=row)
    if services.withdraw_invitation(invitation=invitation, actor=access.actor(request)):
        messages.success(request, "The link of that invitation no longer works.")
    else:
        messages.info(request, "That invitation had already been used, withdrawn or had ended.")
    return redirect_page(request, "members", project=row.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, project: str, membership_id: int) -> HttpResponse:
    row = access.project(request, project, needs=Permission.MANAGE_MEMBERS)
    membership = get_object_or_404(Membership.objects.select_related("project", "user"), pk=membership_id, project=row)
    form = MemberForm(
        request.POST or None,
        membership=membership,
        initial={"role": membership.role, "environments": membership.environments.all()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_member(
                membership=membership,
                role=form.cleaned_data["role"],
                environments=list(form.cleaned_data["environments"]),
                actor=access.actor(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{membership.user.label} is now {Role(form.cleaned_data['role']).label}.")
            return redirect_page(request, "members", project=row.slug)
    context = {
        "project": row,
        "membership": membership,
        "form": form,
        "tokens": row.tokens.filter(revoked=None, created_by_name=membership.user.label),
        "person_form": person_form(request, membership),
    }
    return render_page(request, "environments/member.html", context, status=422 if form.errors else 200)


def person_form(request: HttpRequest, membership: Membership) -> PersonForm | None:
    """Only operators are asked, and only about people who are none."""
    if membership.user.is_superuser or not access.is_operator(request):
        return None
    return PersonForm(initial={"may_create_projects": membership.user.may_create_projects})


@require_POST
def change_person(request: HttpRequest, project: str, membership_id: int) -> HttpResponse:
    """What a member may do in the console as a whole, which operators alone decide."""
    row = access.project(request, project, needs=Permission.VIEW)
    if not access.is_operator(request):
        raise PermissionDenied("Only an operator of this console decides who creates projects.")
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id, project=row)
    form = PersonForm(request.POST)
    allowed = form.is_valid() and form.cleaned_data["may_create_projects"]
    services.allow_projects(user=membership.user, allowed=allowed, project=row, actor=access.actor(request))
    words = "may create projects" if allowed else "may not create projects"
    messages.success(request, f"{membership.user.label} {words}.")
    return redirect_page(request, "member", project=row.slug, membership_id=membership.pk)


@require_POST
def remove_member(request: HttpRequest, project: str, membership_id: int) -> HttpResponse:
    row = access.project(request, project, needs=Permission.MANAGE_MEMBERS)
    membership = get_object_or_404(Membership.objects.select_related("project", "user"), pk=membership_id, project=row)
    try:
        services.remove_member(membership=membership, actor=access.actor(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{membership.user.label} has no access to this project any more.")
    return redirect_page(request, "members", project=row.slug)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Where an invitation's link leads. Opening it changes nothing; pressing the button does."""
    user = request.user
    invitation = Invitation.find(secret)
    if isinstance(user, User):
        request.session.pop(INVITED_SESSION_KEY, None)
        joined: Project | None
        if request.method == "POST" and invitation and services.accept_invitation(invitation=invitation, user=user):
            joined = invitation.project
        else:
            joined = Invitation.project_joined(secret, user)
        if joined:
            messages.success(request, f"You are a member of {joined.name}.")
            return redirect_page(request, "project", project=joined.slug)
    elif invitation:
        request.session[INVITED_SESSION_KEY] = secret
    if invitation is None:
        return render_page(request, "environments/invitation.html", {"invitation": None}, status=404)
    context = {
        "invitation": invitation,
        "role": invitation.get_role_display(),
        "role_words": ROLE_WORDS.get(invitation.role, ""),
    }
    return render_page(request, "environments/invitation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest, project: str) -> HttpResponse:
    """The project's tokens; a POST makes one and shows it once."""
    row = access.project(request, project, needs=Permission.MANAGE_TOKENS)
    form = TokenForm(request.POST or None, project=row, initial={"role": Role.VIEWER})
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = services.create_token(project=row, actor=access.actor(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form = TokenForm(project=row, initial={"role": Role.VIEWER})
    context = {"project": row, "tokens": row.tokens.all(), "form": form, "secret": secret}
    return render_page(request, "environments/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_token(request: HttpRequest, project: str, token_id: int) -> HttpResponse:
    row = access.project(request, project, needs=Permission.MANAGE_TOKENS)
    token = get_object_or_404(ProjectToken.objects.select_related("project"), pk=token_id, project=row)
    services.revoke_token(token=token, actor=access.actor(request))
    messages.success(request, f"The token {token.name} no longer works.")
    return redirect_page(request, "tokens", project=row.slug)


@require_safe
def activity(request: HttpRequest, project: str) -> HttpResponse:
    """Who did what, newest first. `?before=` continues after the event of that number."""
    row = access.project(request, project, needs=Permission.VIEW)
    names = sorted(environment.name for environment in access.visible_environments(request, row))
    limited = access.is_limited(request, row)
    events = AuditEvent.objects.of_project(row.slug)
    if limited:
        events = events.filter(environment__in=[*names, ""])
    chosen = request.GET.get("environment", "")
    if chosen:
        # The database hears of known names alone: PostgreSQL refuses some characters that an address may hold.
        events = events.filter(environment=chosen) if chosen in names else events.none()
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < MOST_DIGITS:
        events = events.filter(pk__lt=int(before))
    page = list(events[: EVENTS_A_PAGE + 1])
    context = {
        "project": row,
        "events": page[:EVENTS_A_PAGE],
        "older": page[EVENTS_A_PAGE - 1].pk if len(page) > EVENTS_A_PAGE else None,
        "is_first_page": not before,
        "environments": names,
        "chosen": chosen,
        "limited": limited,
    }
    return render_page(request, "environments/activity.html", context)
