from django.apps import AppConfig


class BackendStateConfig(AppConfig):
    name = "backend_state"
    verbose_name = "Backend state"
