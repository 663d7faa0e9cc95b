from django.apps import AppConfig


class UserManagementConfig(AppConfig):
    name = "user_management"
    verbose_name = "Users and groups"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from auth_import import dependents
        from user_management import recent, unlinking
        from user_management.groups import membership
        from user_management.groups import services as group_services
        from user_management.groups.source import MEMBERS
        from user_management.index import checks as checks
        from user_management.index import own_edits, services
        from user_management.index.source import INDEX
        from user_management.listing.sources import register

        dependents.register(unlinking.dependents)
        # What is registered later is asked earlier: the search index knows groups and everything else at once.
        register(MEMBERS)
        register(INDEX, why_not=INDEX.lacks, unheld=INDEX.unheld)
        recent.on_change(own_edits.user_changed)
        membership.on_change(own_edits.member_changed)
        group_services.on_delete(own_edits.group_deleted)
        post_save.connect(services.link_saved, sender="auth_import.CognitoLink")
        post_delete.connect(services.link_deleted, sender="auth_import.CognitoLink")
