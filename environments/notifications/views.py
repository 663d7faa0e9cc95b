"""The page of notifications: what a member hears of, the project's webhooks, and what became of each delivery."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from environments import access
from environments.models import Membership, Project
from environments.notifications import outbox, records, services
from environments.notifications.forms import SecretForm, SubscriptionForm, WebhookForm
from environments.notifications.models import Delivery, Webhook
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page

PAGE = "environments/notifications.html"
WEBHOOK_PAGE = "environments/notification_webhook.html"


def membership_of(request: HttpRequest, project: Project) -> Membership | None:
    """Only people who are members subscribe: no tokens, and no operators who are none."""
    if access.token_of(request) or not request.user.is_authenticated:
        return None
    rows = Membership.objects.select_related("user", "project").prefetch_related("environments")
    return rows.filter(project=project, user=request.user).first()


def find_webhook(request: HttpRequest, project: str, webhook_id: uuid.UUID) -> Webhook:
    row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    return get_object_or_404(Webhook.objects.select_related("project"), pk=webhook_id, project=row)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest, project: str) -> HttpResponse:
    """Who is told; a POST says what the member who sends it wants to hear of."""
    row = access.project(request, project, needs=Permission.VIEW)
    membership = membership_of(request, row)
    form = SubscriptionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if membership is None:
            raise PermissionDenied("Only members of the project subscribe to its e-mails.")
        if form.is_valid():
            subjects = form.cleaned_data["subjects"]
            services.subscribe(membership=membership, subjects=subjects, actor=access.actor(request))
            if not wants_json(request):
                messages.success(request, "Your e-mails were changed.")
                return redirect_page(request, "notifications", project=row.slug)
    page = records.page_of(row, membership, may_manage=access.may(request, Permission.MANAGE_ENVIRONMENTS, row))
    status = 422 if form.errors else 200
    if wants_json(request):
        return JsonResponse({"errors": form.errors} if form.errors else page.as_json(), status=status)
    if not form.is_bound:
        form.initial = {"subjects": page.subscribed}
    return render_page(request, PAGE, {**page.context(), "form": form}, fragment="deliveries", status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create_webhook(request: HttpRequest, project: str) -> HttpResponse:
    """A POST makes one and shows its secret once."""
    row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = services.create_webhook(project=row, actor=access.actor(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _webhook_page(request, webhook, secret=secret)
    if wants_json(request) and form.errors:
        return JsonResponse({"errors": form.errors}, status=422)
    context = {"project": row, "form": form}
    template = "environments/notification_create.html"
    return render_page(request, template, context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, project: str, webhook_id: uuid.UUID) -> HttpResponse:
    row = find_webhook(request, project, webhook_id)
    given = request.POST if request.method == "POST" else None
    form = WebhookForm(given, initial={"name": row.name, "url": row.url, "events": row.events})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_webhook(webhook=row, actor=access.actor(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            row.refresh_from_db()
            return _done(request, row, f"The webhook {row.name} was changed.")
    return _webhook_page(request, row, form=form)


def _webhook_page(
    request: HttpRequest, row: Webhook, *, form: WebhookForm | None = None, secret: str = "", refusal: str = ""
) -> HttpResponse:
    """The page of one webhook, or the same for a script; with the secret in the one answer that shows it."""
    errors = form.errors if form else {}
    status = 422 if errors or refusal else 200
    if wants_json(request):
        if status == 422:
            return JsonResponse({"errors": errors or {"__all__": [refusal]}}, status=status)
        return JsonResponse(records.webhook_json(row) | ({"secret": secret} if secret else {}))
    form = form or WebhookForm(initial={"name": row.name, "url": row.url, "events": row.events})
    context = {
        "project": row.project,
        "webhook": row,
        "form": form,
        "secret": secret,
        "refusal": refusal,
        "secret_form": SecretForm(initial={"number": row.secret_number}),
        "may_manage": True,
        "reads_at": row.get_absolute_url(),
        **records.deliveries_context(records.deliveries_to(row)),
    }
    return render_page(request, WEBHOOK_PAGE, context, fragment="deliveries", status=status)


def _done(request: HttpRequest, row: Webhook, words: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(records.webhook_json(row))
    messages.success(request, words)
    return redirect_page(request, "webhook", project=row.project.slug, webhook_id=row.pk)


@never_cache
@require_POST
def replace_secret(request: HttpRequest, project: str, webhook_id: uuid.UUID) -> HttpResponse:
    row = find_webhook(request, project, webhook_id)
    form = SecretForm(request.POST)
    if not form.is_valid():
        return _webhook_page(request, row, refusal="Say which secret is replaced: its number is in the form.")
    try:
        secret = services.replace_secret(webhook=row, actor=access.actor(request), **form.cleaned_data)
    except ValidationError as error:
        return _webhook_page(request, row, refusal=" ".join(error.messages))
    row.refresh_from_db()
    return _webhook_page(request, row, secret=secret)


@require_POST
def switch_webhook(request: HttpRequest, project: str, webhook_id: uuid.UUID) -> HttpResponse:
    row = find_webhook(request, project, webhook_id)
    enabled = request.POST.get("enabled") == "on"
    services.switch_webhook(webhook=row, enabled=enabled, actor=access.actor(request))
    row.refresh_from_db()
    return _done(request, row, f"The webhook {row.name} is {'enabled' if enabled else 'disabled'}.")


@require_POST
def test_webhook(request: HttpRequest, project: str, webhook_id: uuid.UUID) -> HttpResponse:
    row = find_webhook(request, project, webhook_id)
    services.send_test(webhook=row, actor=access.actor(request))
    return _done(request, row, "A test is on its way. What became of it stands under Deliveries.")


@require_POST
def delete_webhook(request: HttpRequest, project: str, webhook_id: uuid.UUID) -> HttpResponse:
    row = find_webhook(request, project, webhook_id)
    services.delete_webhook(webhook=row, actor=access.actor(request))
    if wants_json(request):
        return JsonResponse({"deleted": row.name})
    messages.success(request, f"The webhook {row.name} was deleted. Nothing is sent to it any more.")
    return redirect_page(request, "notifications", project=row.project.slug)


@require_POST
def send_again(request: HttpRequest, project: str, delivery_id: uuid.UUID) -> HttpResponse:
    row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    rows = Delivery.objects.select_related("notification", "webhook", "membership__user")
    delivery = get_object_or_404(rows, pk=delivery_id, notification__project=row)
    sent = outbox.send_again(delivery)
    if wants_json(request):
        delivery.refresh_from_db()
        return JsonResponse(records.delivery_json(delivery))
    if sent:
        messages.success(request, f"It is sent to {delivery.receiver} again.")
    else:
        messages.info(request, "It is being sent at this moment.")
    if request.POST.get("from") == "webhook" and delivery.webhook:
        return redirect_page(request, delivery.webhook)
    return redirect_page(request, "notifications", project=row.slug)
