from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from . import context
from .pages import redirect_page, render_page, safe_next

YEAR = timedelta(days=365)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's own theme in a cookie, and go back to where the person was."""
    choice = request.POST.get("theme", "")
    response = redirect_page(request, safe_next(request))
    if choice == "system":
        response.delete_cookie(context.THEME_COOKIE)
    elif choice in context.THEMES:
        response.set_cookie(
            context.THEME_COOKIE, choice, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    return response


class SampleForm(forms.Form):
    """Every kind of field, for the style guide."""

    name = forms.CharField(label="Environment name", help_text="Lower-case letters and digits, 2 to 10 of them.")
    region = forms.ChoiceField(
        label="Region", choices=[("", "Choose a Region"), ("eu-west-1", "Europe (Ireland) eu-west-1")]
    )
    role = forms.CharField(label="Role to assume", required=False, help_text="Leave empty to use the default chain.")
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("amplify", "Amplify"), ("standalone", "Standalone")], widget=forms.RadioSelect
    )
    scopes = forms.MultipleChoiceField(
        label="Operations",
        choices=[("read", "Read users"), ("write", "Change users"), ("delete", "Delete users")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(label="I understand that tokens stay valid until they expire")


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component on one page, for whoever builds pages."""
    if not context.styleguide_is_shown():
        raise Http404
    now = timezone.now()
    sample = {
        "navigation": NAVIGATION,
        "form": SampleForm(),
        "bound_form": SampleForm({"name": "Production!", "kind": "amplify"}, auto_id="refused_%s"),
        "now": now,
        "earlier": now - timedelta(minutes=7),
        "long_ago": now - timedelta(days=400),
        "later": now + timedelta(hours=3),
        "tabs": [
            {"label": "aws-exports.js", "url": "#one", "current": True},
            {"label": "amplifyconfiguration.json", "url": "#two", "current": False},
            {"label": "Findings", "url": "#three", "current": False, "count": 3},
        ],
        "before": BEFORE,
        "after": AFTER,
        "long_name": LONG_NAME,
        "hostile_name": "<script>alert(1)</script> \u202egnissorc\u202c 🦊",
        "states": ("pass", "info", "warn", "fail", "pending", "running", "stopped"),
        "levels": ("info", "success", "warning", "error"),
    }
    return render_page(request, "web/styleguide.html", sample)


LONG_NAME = (
    "customer-identity-production-eu-west-1-blue-green-migration-candidate-"
    "with-a-name-of-128-characters-as-long-as-AWS-will-permit-x"
)

NAVIGATION = [
    {
        "title": "Set up",
        "items": [
            {"label": "Overview", "url": "#overview", "icon": "house"},
            {"label": "Authentication", "url": "#authentication", "icon": "shield-check", "current": True},
            {"label": "Data", "url": "#data", "icon": "database"},
            {"label": "Functions", "url": "#functions", "icon": "square-function"},
        ],
    },
    {
        "title": "Manage",
        "items": [
            {"label": "Users", "url": "#users", "icon": "users"},
            {"label": "Groups", "url": "#groups", "icon": "users-round"},
        ],
    },
    {
        "title": "Deploy",
        "items": [
            {"label": "Deployments", "url": "#deployments", "icon": "rocket", "badge": "2"},
            {"label": "Environments", "url": "#environments", "icon": "layers"},
        ],
    },
    {
        "title": "Settings",
        "items": [
            {"label": "Members", "url": "#members", "icon": "id-card"},
            {"label": "Activity", "url": "#activity", "icon": "history"},
        ],
    },
]

BEFORE = """const awsmobile = {
    "aws_project_region": "eu-west-1",
    "aws_cognito_region": "eu-west-1",
    "oauth": {}
};
"""

AFTER = """const awsmobile = {
    "aws_project_region": "eu-west-1",
    "aws_cognito_identity_pool_id": "eu-west-1:6f1c0e2a-0000-4c3b-9a55-2f6f6b1f7c11",
    "aws_cognito_region": "eu-west-1",
    "aws_user_pools_id": "eu-west-1_Ab3dEfGhI",
    "oauth": {}
};
"""
