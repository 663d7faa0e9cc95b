from django.apps import AppConfig


class EnvironmentsConfig(AppConfig):
    name = "environments"

    def ready(self) -> None:
        from allauth.account.signals import user_signed_up

        from environments.adapter import join_on_sign_up

        user_signed_up.connect(join_on_sign_up, dispatch_uid="environments.join_on_sign_up")
