"""Writing a pool's users to an encrypted file before the pool is deleted, and giving it back for a week."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from aws import quotas, users
from aws.errors import NotFound, Rejected
from deployments.scratch.models import KEPT, KeptExport, KeptExportPart
from jobs.lifecycle import Continues, Run
from user_management.listing.columns import Column, columns_of, values
from user_management.listing.csv_safety import as_line
from user_management.listing.export import share
from user_management.place import Place
from user_management.pool_rules import rules_of
from web.sealed import Sealer

PART = 512 * 1024
"""Bytes after which a piece is encrypted and kept, with the place where the walk goes on."""
_SEALER = Sealer("deployments.scratch")


def export(run: Run, place: Place, *, origin: str) -> KeptExport | None:
    """Every user of the pool, kept whole; None where the pool is gone. An interrupted one goes on where it stood.

    Raises AwsError, `Continues` at the end of a slice, and what `Run.check` raises.
    """
    try:
        row = _begun(run, place, origin)
    except NotFound:
        return None
    while not row.complete:
        try:
            _walk(run, place, row)
        except Rejected:
            # Cognito forgets after an hour where a walk stood.
            if not row.token:
                raise
            with transaction.atomic():
                row.parts.all().delete()
                row.token, row.users = "", 0
                row.save(update_fields=["token", "users"])
    return row


def _begun(run: Run, place: Place, origin: str) -> KeptExport:
    row = KeptExport.objects.filter(origin=origin).first()
    if row is not None and row.complete and row.expires - KEPT < run.job.created:
        # An earlier job wrote it, before whoever has come since; and of its week some days may be over.
        row.delete()
        row = None
    if row is not None:
        return row
    columns = columns_of(rules_of(place, fresh=True).people)
    return KeptExport.objects.create(
        environment=place.environment,
        user_pool_id=place.pool_id,
        user_pool_name=place.link.user_pool_name,
        origin=origin,
        columns=[column.key for column in columns],
        created_by_name=run.job.actor_name,
    )


def _walk(run: Run, place: Place, row: KeptExport) -> None:
    """On from where the row stands, to the end of the pool."""
    columns = [Column(key, "") for key in row.columns]
    texts = values(columns)
    position = row.parts.count()
    token, written = row.token, row.users
    waiting = [] if position else [as_line(row.columns)]
    while True:
        if not run.has_time:
            raise Continues
        with quotas.background(share()):
            page = users.page_of_users(place.target, place.pool_id, token=token)
        waiting += [as_line(texts(user)) for user in page.items]
        token, written = page.next_token, written + len(page.items)
        run.progress(written)
        if token and sum(map(len, waiting)) < PART:
            continue
        content = "".join(waiting).encode("utf-8", "replace")
        with transaction.atomic():
            # A worker that was taken for dead, and comes back, adds nothing to what another one writes.
            run.check()
            KeptExportPart.objects.create(
                export=row, position=position, content=_SEALER.seal(content, _place(row, position))
            )
            row.token, row.users, row.complete = token, written, not token
            row.expires = timezone.now() + KEPT
            row.save(update_fields=["token", "users", "complete", "expires"])
            if row.complete:
                _record(place, row, Actor(name=run.job.actor_name, user_id=run.job.actor_id))
        waiting, position = [], position + 1
        if row.complete:
            return


def _record(place: Place, row: KeptExport, actor: Actor) -> None:
    record(
        action=Action.USERS_EXPORTED,
        actor=actor,
        project=place.project.slug,
        environment=place.environment.name,
        target=place.pool_id,
        after={"users": row.users, "columns": row.columns, "whole": True, "kept until": row.expires.isoformat()},
    )


def _place(row: KeptExport, position: int) -> str:
    return f"export {row.pk}\n{position}"


def pieces_of(row: KeptExport) -> Iterator[bytes]:
    """The file again. Raises CannotBeRead."""
    for position in row.parts.values_list("position", flat=True):
        yield _SEALER.unseal(bytes(row.parts.get(position=position).content), _place(row, position))


def forget_expired(now: datetime | None = None) -> int:
    """Delete the files whose time is over, those of removals that never came to an end too; how many."""
    rows = KeptExport.objects.filter(expires__lt=now or timezone.now())
    number = rows.count()
    rows.delete()
    return number
