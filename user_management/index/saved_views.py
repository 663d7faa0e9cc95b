"""Views of the users page under a name: kept, listed, deleted."""

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from audit.record import Actor
from environments.models import Environment
from user_management.index.models import SavedView


class NameTaken(Exception):
    """There is a view of this name already; the message says whose."""


def visible(environment: Environment, user_id: int | None) -> QuerySet[SavedView]:
    """Everybody's views of the environment, and this person's own."""
    return SavedView.objects.filter(environment=environment).filter(
        Q(shared=True) | Q(owner=user_id, owner__isnull=False)
    )


def save(*, environment: Environment, name: str, params: str, shared: bool, actor: Actor) -> SavedView:
    """Keep the view. Raises NameTaken where the person would see two of one name."""
    clash = visible(environment, actor.user_id).filter(name__iexact=name).first()
    if clash is not None:
        whose = "everybody's" if clash.shared else "one of yours"
        raise NameTaken(f"There is a view “{clash.name}” already, {whose}. Choose another name, or delete that one.")
    if not shared and actor.user_id is None:
        raise NameTaken("A token has no views of its own; save it for everybody.")
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                environment=environment,
                name=name,
                params=params,
                shared=shared,
                owner=User.objects.filter(pk=actor.user_id).first() if actor.user_id else None,
                owner_name=actor.name[:200],
            )
    except IntegrityError as error:
        raise NameTaken(f"There is a view “{name}” already. Choose another name.") from error


def is_own(view: SavedView, user_id: int | None) -> bool:
    return user_id is not None and view.owner_id == user_id
