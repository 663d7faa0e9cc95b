"""What can be wrong with the cloud state of a backend, in words for the person who has to cure it."""

from collections.abc import Iterable
from typing import Any


class BackendProblem(Exception):
    """The state cannot be read or changed as it is.

    `code` is stable, for tests and scripts; `words` say what is wrong; `next_step` what to do; `detail` what exactly
    was observed.
    """

    def __init__(self, code: str, words: str, *, next_step: str = "", detail: str = "") -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.next_step = next_step
        self.detail = detail

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "words": self.words, "next_step": self.next_step, "detail": self.detail}


PUSH_AGAIN = "Push the environment once more with the Amplify CLI (amplify push --force) and pull here again."


def damaged(code: str, words: str, detail: str = "") -> BackendProblem:
    """A problem with the archive itself, which the Amplify CLI writes anew with every push."""
    return BackendProblem(code, words, next_step=PUSH_AGAIN, detail=detail)


def wrong_value(path: str, error: Exception) -> BackendProblem:
    return damaged("BadFile", f"{path} in the deployment bucket does not hold what Amplify writes there.", str(error))


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first names of a list, and how many more there are."""
    found = list(names)
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")
