from django.apps import AppConfig


class DataAuthorizationConfig(AppConfig):
    name = "data_authorization"
    verbose_name = "Data access"
