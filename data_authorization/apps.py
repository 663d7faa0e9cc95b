from django.apps import AppConfig


class DataAuthorizationConfig(AppConfig):
    name = "data_authorization"
    verbose_name = "Data access"

    def ready(self) -> None:
        from auth_import import dependents
        from data_authorization import dependents as own

        dependents.register(own.dependents)
