from django.apps import AppConfig


class AuthImportConfig(AppConfig):
    name = "auth_import"
    verbose_name = "Authentication"
