"""`{% saved_views %}`: the views of the users page as links, and the form that saves the present one."""

from typing import Any

from django import template

from environments import access
from environments.permissions import Permission
from user_management.index import saved_views as rows
from user_management.index.view_views import LAST

register = template.Library()


@register.inclusion_tag("user_management/index/_views.html", takes_context=True)
def saved_views(context: template.Context) -> dict[str, Any]:
    request, place = context["request"], context["place"]
    user_id = access.actor(request).user_id
    may_manage = access.may(request, Permission.MANAGE_USERS, place.project, place.environment)
    views = list(rows.visible(place.environment, user_id))
    last = request.session.get(LAST, {}).get(str(place.environment.pk))
    shown = request.GET.get("view", "")
    params = request.GET.copy()
    for name in ("view", "token", "size", "columns"):
        params.pop(name, None)
    chosen = next((view for view in views if str(view.pk) == shown), None)
    return {
        "project": place.project,
        "environment": place.environment,
        "views": [(view, view == chosen, view.pk == last) for view in views],
        "chosen": chosen,
        "may_delete": chosen is not None and (may_manage or rows.is_own(chosen, user_id)),
        "may_share": may_manage,
        "params": params.urlencode(),
        "csrf_token": context.get("csrf_token"),
    }
