"""Who may do what here: the first line of every view, and of every command with `--as`.

Strangers get 404, so that the existence of a project is not told; members without the permission get 403.
"""

from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest

from accounts.models import User
from audit.record import Actor
from environments.models import Environment, Membership, Project, ProjectToken
from environments.permissions import NOT_FOR_TOKENS, Permission, Role, permissions_of

NOTHING: frozenset[Permission] = frozenset()


def token_of(request: HttpRequest) -> ProjectToken | None:
    return cast(ProjectToken | None, getattr(request, "token", None))


def actor(request: HttpRequest) -> Actor:
    """Who acts in this request, for the activity."""
    token = token_of(request)
    if token:
        return Actor(name=f"token:{token.name}")
    user = cast(User, request.user)
    return Actor(name=user.label, user_id=user.pk)


def permissions_for_user(user: User, project: Project, environment: Environment | None = None) -> frozenset[Permission]:
    """What this person may do in the project or, when it is named, in this environment of it.

    An operator (superuser) has full access everywhere, so that a project can never be locked out of its console.
    """
    if not user.is_active:
        return NOTHING
    if user.is_superuser:
        return permissions_of(Role.FULL_ACCESS)
    return _granted(_reach_of(user, project), environment)


@dataclass(frozen=True, slots=True)
class _Reach:
    """A membership's role and the ids of the environments it is limited to; none: all of them."""

    role: str
    limits: frozenset[int]


def _reach_of(user: User, project: Project) -> _Reach | None:
    rows = list(Membership.objects.filter(project=project, user=user).order_by().values_list("role", "environments"))
    if not rows:
        return None
    return _Reach(role=rows[0][0], limits=frozenset(pk for _, pk in rows if pk is not None))


def _granted(reach: _Reach | None, environment: Environment | None) -> frozenset[Permission]:
    if reach is None:
        return NOTHING
    if reach.limits and environment is None:
        # Somebody who may only touch some environments reads the project's own pages and changes nothing there.
        return permissions_of(reach.role) & permissions_of(Role.VIEWER)
    if reach.limits and environment is not None and environment.pk not in reach.limits:
        return NOTHING
    return permissions_of(reach.role)


def _reach(request: HttpRequest, user: User, project: Project) -> _Reach | None:
    """The same as `_reach_of`, asked once per request: a page needs it for its view, its buttons and its navigation."""
    cache: dict[int, _Reach | None] = request.__dict__.setdefault("_reaches", {})
    if project.pk not in cache:
        cache[project.pk] = _reach_of(user, project)
    return cache[project.pk]


def permissions(
    request: HttpRequest, project: Project, environment: Environment | None = None
) -> frozenset[Permission]:
    """What the sender of this request may do, asked once per request and place."""
    cache: dict[tuple[int, int | None], frozenset[Permission]] = request.__dict__.setdefault("_permissions", {})
    key = (project.pk, environment.pk if environment else None)
    if key not in cache:
        token = token_of(request)
        if token:
            own = token.project_id == project.pk
            cache[key] = permissions_of(token.role) - NOT_FOR_TOKENS if own else NOTHING
        elif not request.user.is_authenticated:
            cache[key] = NOTHING
        elif not request.user.is_active or request.user.is_superuser:
            cache[key] = permissions_for_user(request.user, project, environment)
        else:
            cache[key] = _granted(_reach(request, request.user, project), environment)
    return cache[key]


def may(request: HttpRequest, needs: Permission, project: Project, environment: Environment | None = None) -> bool:
    return needs in permissions(request, project, environment)


def _require(request: HttpRequest, granted: frozenset[Permission], needs: Permission) -> None:
    if Permission.VIEW not in granted:
        raise Http404("There is no such page, or you have no access to it.")
    if needs in NOT_FOR_TOKENS and token_of(request):
        raise PermissionDenied("Tokens do not allow this: members, tokens and environments are managed by people.")
    if needs not in granted:
        raise PermissionDenied(
            "You are a member of this project, but your role does not allow this page or action. "
            "Somebody with full access to the project can change your role under Members."
        )


def project(request: HttpRequest, slug: str, *, needs: Permission) -> Project:
    """The project of this URL, if the sender of the request may do `needs` in it.

    Raises Http404 for strangers and PermissionDenied for members without the permission.
    """
    row = Project.objects.filter(slug=slug).first()
    if row is None:
        raise Http404("There is no such page, or you have no access to it.")
    _require(request, permissions(request, row), needs)
    request.__dict__["project"] = row
    return row


def environment(request: HttpRequest, project_slug: str, name: str, *, needs: Permission) -> Environment:
    """The environment of this URL, with its project, if the sender of the request may do `needs` in it.

    Raises Http404 for strangers and PermissionDenied for members without the permission.
    """
    row = Environment.objects.select_related("project").filter(project__slug=project_slug, name=name).first()
    if row is None:
        raise Http404("There is no such page, or you have no access to it.")
    _require(request, permissions(request, row.project, row), needs)
    request.__dict__["project"] = row.project
    request.__dict__["environment"] = row
    return row


def is_operator(request: HttpRequest) -> bool:
    """Whether an operator of the console sent this request. A token is never one."""
    user = request.user
    return token_of(request) is None and isinstance(user, User) and user.is_active and user.is_superuser


def may_create_projects(request: HttpRequest) -> bool:
    """Projects reach AWS with the console's own credentials, so operators say who makes them."""
    return token_of(request) is None and isinstance(request.user, User) and request.user.creates_projects


def visible_projects(user: User) -> QuerySet[Project]:
    """The projects this person may see, each with its environments that they may see."""
    if user.is_superuser:
        return Project.objects.prefetch_related("environments")
    membership = Membership.objects.filter(project=OuterRef("project"), user=user)
    unlimited = Exists(membership.filter(environments=None))
    named = Exists(membership.filter(environments=OuterRef("pk")))
    return Project.objects.filter(memberships__user=user).prefetch_related(
        Prefetch("environments", Environment.objects.filter(unlimited | named))
    )


def visible_environments(request: HttpRequest, row: Project) -> QuerySet[Environment]:
    """The environments of the project that the sender of the request may see."""
    rows = Environment.objects.filter(project=row).select_related("project")
    return rows.filter(pk__in=_limits(request, row)) if is_limited(request, row) else rows


def is_limited(request: HttpRequest, row: Project) -> bool:
    """Whether the sender of the request is a member for some of the project's environments only."""
    return bool(_limits(request, row))


def _limits(request: HttpRequest, row: Project) -> frozenset[int]:
    """The environments that the membership is limited to; none: not limited."""
    if token_of(request) or not isinstance(request.user, User) or request.user.is_superuser:
        return frozenset()
    reach = _reach(request, request.user, row)
    return reach.limits if reach else frozenset()
