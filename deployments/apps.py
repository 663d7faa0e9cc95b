from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "deployments"
    verbose_name = "Deployments"

    def ready(self) -> None:
        """A push at work stands among what depends on a link; what an unlink leaves in the cloud is finished here."""
        from auth_import import dependents, unlinking
        from deployments.finishing import services as finishing
        from deployments.services import push_in_the_way

        dependents.register(push_in_the_way)
        unlinking.register_finisher(finishing.start)
