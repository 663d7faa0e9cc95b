from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "deployments"
    verbose_name = "Deployments"

    def ready(self) -> None:
        """A push at work stands among what depends on a link."""
        from auth_import import dependents
        from deployments.services import push_in_the_way

        dependents.register(push_in_the_way)
