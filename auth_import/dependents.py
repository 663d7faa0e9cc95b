"""What depends on a link. Features above this app register a question in `ready()`; unlinking lists the answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from auth_import.models import CognitoLink
from jobs.models import Job


@dataclass(frozen=True, slots=True)
class Dependent:
    """Something that stops working, or must change, when the link goes. One that `blocks` keeps the link from going.

    A `job` that blocks is out of the way once it is cancelled. A push blocks whoever puts other resources in place, and
    does not block an unlink: it ends by itself, and what it leaves in the backend is taken out there afterwards.

    `on_swap` are the words where a swap means something else than an unlink. What belongs to the users of the pool
    (`of_users`) notices nothing while the pool stays.
    """

    title: str
    words: str
    blocks: bool = False
    job: Job | None = None
    is_push: bool = False
    on_swap: str = ""
    of_users: bool = False

    @property
    def blocks_unlink(self) -> bool:
        return self.blocks and not self.is_push


_questions: list[Callable[[CognitoLink], list[Dependent]]] = []


def register(question: Callable[[CognitoLink], list[Dependent]]) -> None:
    if question not in _questions:
        _questions.append(question)


def dependents_of(link: CognitoLink) -> list[Dependent]:
    """Everything registered features say depends on the link, and what this app itself serves from it."""
    found = [dependent for question in _questions for dependent in question(link)]
    tokens = link.environment.project.tokens.filter(revoked=None).count()
    if tokens:
        found.append(
            Dependent(
                title="Builds that fetch configuration files",
                words=f"{tokens} project token{'s' if tokens != 1 else ''} can fetch files of this environment; "
                "those addresses answer 404 afterwards.",
                on_swap=f"{tokens} project token{'s' if tokens != 1 else ''} can fetch files of this environment: "
                "builds get the new values the next time they fetch.",
            )
        )
    if link.function_access == CognitoLink.FunctionAccess.WANTED:
        found.append(
            Dependent(
                title="Function access",
                words="Somebody answered that functions shall reach this pool. The answer goes with the link; "
                "functions that have access already keep it until they are pushed without it.",
                on_swap="Somebody answered that functions shall reach the pool. The answer stays, for the new pool.",
                of_users=True,
            )
        )
    return found


def swapped(found: Iterable[Dependent], *, other_pool: bool) -> list[Dependent]:
    """What of these a swap concerns, in words for it: nothing goes, and others take the place."""
    told = [one for one in found if one.blocks or other_pool or not one.of_users]
    return [replace(one, words=one.on_swap or one.words) for one in told]
