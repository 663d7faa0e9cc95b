"""A project's page: its environments side by side."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_ui.matrix import presentation, rows, services
from admin_ui.matrix.addresses import Addresses
from environments import access
from environments.models import Environment, Project
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import render_page

PROJECT_WIDE = frozenset({Permission.MANAGE_ENVIRONMENTS, Permission.CLONE})


@never_cache
@require_safe
def project(request: HttpRequest, project: str) -> HttpResponse:
    """The environments one may see. `?only=differences` leaves out the rows in which they do not differ."""
    row = access.project(request, project, needs=Permission.VIEW)
    granted: dict[str, frozenset[Permission]] = {}

    def may_import(environment: Environment) -> bool:
        granted[environment.name] = _granted(request, row, environment)
        return Permission.IMPORT_AUTH in granted[environment.name]

    reading = services.read(access.visible_environments(request, row), row, may_import=may_import)
    matrix = rows.build(reading.facts)
    if wants_json(request):
        return JsonResponse(rows.as_json(matrix, row.slug), safe=False)
    only = request.GET.get("only") == "differences" and len(matrix.columns) > 1
    addresses = Addresses(row.slug)
    context = {
        "project": row,
        "matrix": matrix,
        "only": only,
        "columns": presentation.columns_of(matrix, addresses, granted),
        "groups": presentation.groups_of(matrix.only_differences() if only else matrix, addresses, granted),
        "summary": list(presentation.summary(matrix.columns)),
        "checked": presentation.age([(one.checked, one.name) for one in matrix.columns]),
        "read": presentation.age([(one.read, one.name) for one in matrix.columns]),
        "elsewhere": [] if access.is_limited(request, row) else reading.elsewhere,
        "is_wide": len(matrix.columns) > presentation.MANY,
        "may_create": access.may(request, Permission.MANAGE_ENVIRONMENTS, row),
    }
    return render_page(request, "admin_ui/project.html", context, fragment="matrix")


def _granted(request: HttpRequest, project: Project, environment: Environment) -> frozenset[Permission]:
    """What one may do in the environment; some of it takes the permission for the whole project as well."""
    not_everywhere = PROJECT_WIDE - access.permissions(request, project)
    return access.permissions(request, project, environment) - not_everywhere
