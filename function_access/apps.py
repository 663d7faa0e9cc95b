from django.apps import AppConfig


class FunctionAccessConfig(AppConfig):
    name = "function_access"
    verbose_name = "Function access"
