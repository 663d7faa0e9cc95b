"""What the pages do with the functions of an Amplify environment: look, choose for the next push, take away."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import Http404

from audit.record import Actor
from auth_import.models import CognitoLink
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from aws.errors import AwsError
from backend_state import known
from backend_state.document.changes import FunctionAccess
from backend_state.document.function_standing import FunctionStanding, function_of
from backend_state.document.problems import BackendProblem
from backend_state.document.state import BackendDocument
from environments.models import Environment
from function_access import amplify, operations, services
from function_access.models import FunctionGrant
from function_access.presentation import (
    Chosen,
    Done,
    Listing,
    NotPossible,
    Result,
    Row,
    row_gone,
    row_in_backend,
    rows_of_backend,
    unread_of,
)


@dataclass(frozen=True, slots=True)
class Look:
    """One function as it is now. `document` is None where the backend cannot be read; then `standing` is older."""

    environment: Environment
    name: str
    link: CognitoLink | None
    grant: FunctionGrant | None
    standing: FunctionStanding | None
    document: BackendDocument | None = None
    read: datetime | None = None
    unread: Unread | None = None

    @property
    def row(self) -> Row:
        if self.standing is not None:
            return row_in_backend(self.standing, self.grant, self.link)
        # Where there is neither, the page has said so before it asks for a row.
        assert self.grant is not None
        return row_gone(self.grant, self.link)

    @property
    def refusal(self) -> str:
        """Why no access can be given here now, in words; "" where it can."""
        if self.link is None:
            return "This environment is not linked to a user pool. Import one on the Authentication page first."
        if self.standing is None:
            return "The backend has no such function any more."
        if self.standing.trouble:
            return self.standing.trouble
        return "The backend cannot be read at the moment." if self.document is None else ""

    @property
    def has_access(self) -> bool:
        return bool(self.standing and self.standing.has_access)

    @property
    def initial(self) -> dict[str, Any]:
        """What the form holds at first: what waits, or else what there is; with nothing, the narrow list."""
        if self.grant is not None and self.grant.state == FunctionGrant.State.WANTED:
            return {"operations": self.grant.operations, "breadth": self.grant.breadth}
        if self.standing is None or not self.standing.has_access:
            return {"operations": [], "breadth": operations.LEAST}
        known_ones = [one for one in self.standing.operations if one in operations.OPERATIONS]
        return {"operations": known_ones, "breadth": amplify.breadth_of(self.standing) or operations.LEAST}

    @property
    def variables(self) -> tuple[str, ...]:
        if self.document is None or self.standing is None or self.standing.trouble:
            return ()
        return amplify.variables_of(self.document, self.name)


def listing(environment: Environment, link: CognitoLink | None, *, text: str = "", token: str = "") -> Listing:
    """The functions with their access, as the backend was last read or is now; rows of ours where it cannot be.

    There is one page of them, whatever the `token`: a backend has some dozens.
    """
    grants = services.grants_of(environment)
    try:
        found = amplify.functions(environment)
    except BackendProblem as problem:
        return Listing([_unknown(one, link) for one in grants.values()], unread=unread_of(problem))
    except AwsError as error:
        return Listing([_unknown(one, link) for one in grants.values()], unread=Unread.of(error))
    rows = rows_of_backend(found.rows, grants, link)
    matching = [row for row in rows if text.casefold() in row.name.casefold()]
    return Listing(matching, total=len(rows), read=found.read)


def _unknown(grant: FunctionGrant, link: CognitoLink | None) -> Row:
    return replace(row_gone(grant, link), state="pending", words="Not known", detail="The backend could not be read.")


def look(environment: Environment, name: str) -> Look:
    """Reads the backend. Raises Http404 where neither it nor the console knows such a function."""
    link, grant = link_of(environment), services.grants_of(environment).get(name)
    unread = None
    try:
        document = amplify.document_of(environment)
    except BackendProblem as problem:
        unread = unread_of(problem)
    except AwsError as error:
        unread = Unread.of(error)
    if unread is None:
        standing = function_of(document, name)
        if standing is None and grant is None:
            raise Http404("The backend has no function of this name.")
        return Look(environment, name, link, grant, standing, document)
    row = known.known(environment)
    kept = [FunctionStanding.from_dict(one) for one in row.facts.get("functions", ())] if row else []
    standing = next((one for one in kept if one.name == name), None)
    read = row.read if row else None
    unknown = FunctionStanding(name, "", trouble="The backend could not be read, so nobody knows what it may do.")
    return Look(environment, name, link, grant, standing or unknown, read=read, unread=unread)


def result(seen: Look, chosen: Chosen) -> Result | None:
    """What the choice makes of the backend; None where nothing can be chosen."""
    if seen.refusal or seen.link is None or seen.document is None:
        return None
    access = FunctionAccess(seen.name, chosen.operations, chosen.actions)
    try:
        return Result(preview=amplify.preview(seen.environment, seen.link, seen.document, access))
    except BackendProblem as problem:
        return Result(unread=unread_of(problem))


def taking(seen: Look) -> Result | None:
    """What taking the access away makes of the backend; None where it has nothing to take."""
    if seen.document is None or not seen.has_access:
        return None
    try:
        return Result(preview=amplify.preview(seen.environment, seen.link, seen.document, _nothing(seen.name)))
    except BackendProblem as problem:
        return Result(unread=unread_of(problem))


def _nothing(name: str) -> FunctionAccess:
    return FunctionAccess(name, (), ())


def give(seen: Look, chosen: Chosen, *, seen_before: str, actor: Actor, reason: str) -> Done:
    """Keep the choice for the next push. Raises NotPossible where the backend does not allow it.

    `seen_before` is of no use here: the push shows all of its files once more before it writes one.
    """
    if seen.link is None or seen.standing is None or seen.refusal:
        raise NotPossible(seen.refusal)
    found = result(seen, chosen)
    if found is None or found.unread is not None:
        raise NotPossible(f"{found.unread.words} {found.unread.next_step}" if found and found.unread else seen.refusal)
    row = services.choose(
        link=seen.link,
        standing=seen.standing,
        operations=chosen.operations,
        breadth=chosen.breadth,
        actor=actor,
        reason=reason,
    )
    if row is None:
        return Done("The backend gives the function exactly this access already. Nothing waits to be pushed.")
    return Done(f"{chosen.words} It waits for a push; nothing is written yet.", waits=True)


def take(seen: Look, *, actor: Actor, reason: str) -> Done:
    """Take the access away with the next push. Raises NotPossible while nobody knows what there is to take."""
    if seen.document is None:
        raise NotPossible("The backend cannot be read at the moment, so nobody knows what there is to take away.")
    row = services.revoke(
        environment=seen.environment, function=seen.name, standing=seen.standing, actor=actor, reason=reason
    )
    if row is None:
        return Done("The function has no access in the backend, and nothing waits to be pushed.")
    return Done("The access is taken away with the next push; until then the function keeps it.", waits=True)


def take_back(environment: Environment, name: str, *, actor: Actor) -> Done:
    if services.take_back(environment=environment, function=name, actor=actor):
        return Done("Taken back. The backend stays as it is.")
    return Done("Nothing waits for a push any more.")
