"""What depends on a link. Features above this app register a question in `ready()`; unlinking lists the answers."""

from collections.abc import Callable
from dataclasses import dataclass

from auth_import.models import CognitoLink


@dataclass(frozen=True, slots=True)
class Dependent:
    """Something that stops working, or must change, when the link goes. One that `blocks` keeps the link from going."""

    title: str
    words: str
    blocks: bool = False


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
            )
        )
    return found
