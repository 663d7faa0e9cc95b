"""Pages below `/projects/<project>/notifications/`."""

from django.urls import path

from environments.notifications import views

urlpatterns = [
    path("", views.notifications, name="notifications"),
    path("webhooks/create/", views.create_webhook, name="create-webhook"),
    path("webhooks/<uuid:webhook_id>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:webhook_id>/secret/", views.replace_secret, name="replace-webhook-secret"),
    path("webhooks/<uuid:webhook_id>/switch/", views.switch_webhook, name="switch-webhook"),
    path("webhooks/<uuid:webhook_id>/test/", views.test_webhook, name="test-webhook"),
    path("webhooks/<uuid:webhook_id>/delete/", views.delete_webhook, name="delete-webhook"),
    path("deliveries/<uuid:delivery_id>/again/", views.send_again, name="send-again"),
]
