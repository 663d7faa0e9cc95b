from django.apps import AppConfig


class FunctionAccessConfig(AppConfig):
    name = "function_access"
    verbose_name = "Function access"

    def ready(self) -> None:
        from auth_import import dependents
        from function_access import dependents as own

        dependents.register(own.dependents)
