from django.apps import AppConfig


class AwsConfig(AppConfig):
    name = "aws"
    label = "aws"
    verbose_name = "AWS"

    def ready(self) -> None:
        from aws import checks  # noqa: F401  (registers the system checks)
