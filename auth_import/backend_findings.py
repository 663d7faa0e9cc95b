"""What an Amplify backend says to an import, an unlink or a push, as findings. Pure.

`backend_state` answers in plain facts; here they get the words, the reason and the cure of a check.
"""

from collections.abc import Sequence

from auth_import.findings import Cure, Finding, Severity
from auth_import.rules.reading import names
from backend_state.document.facts import NEEDS_GUESTS, Dependent, Unmet
from backend_state.document.problems import BackendProblem

READABLE = "backend.readable"
REQUIREMENTS = "backend.requirements"
DEPENDENTS = "backend.dependents"
STACK = "backend.stack-change"
FAMILY = "Backend"
TITLES = {
    READABLE: "The backend's state in the cloud can be read and changed",
    REQUIREMENTS: "API, Storage and the other categories get what they need",
    DEPENDENTS: "Nothing in the backend is left without the auth it declares to need",
    STACK: "CloudFormation can change the root stack as planned",
}
"""The checks a push adds to those of an import. Each id has its page, docs/checks/<id>.md."""


def readable(problems: Sequence[BackendProblem]) -> list[Finding]:
    """One finding for each thing that is wrong with the state in the cloud; one that passes when nothing is."""
    title = TITLES[READABLE]
    if not problems:
        return [Finding(id=READABLE, title=title, severity=Severity.PASS, observed="read whole, and nothing is wrong")]
    return [
        Finding(
            id=READABLE,
            title=title,
            severity=Severity.FAIL,
            observed=problem.words + (f" ({problem.detail})" if problem.detail else ""),
            reason="What is pushed is built from this state, and every developer's next pull reads it.",
            affects="whoever pushes or pulls this environment",
            cure=Cure(problem.next_step),
        )
        for problem in problems
    ]


def requirements(unmet: Sequence[Unmet]) -> Finding:
    """Whether the linked resources offer what the backend's other categories need (section 8.2)."""
    title = TITLES[REQUIREMENTS]
    needed = [one for one in unmet if not one.weakens]
    if not unmet:
        return Finding(id=REQUIREMENTS, title=title, severity=Severity.PASS, observed="every requirement is met")
    guests = any(one.need == NEEDS_GUESTS for one in needed)
    return Finding(
        id=REQUIREMENTS,
        title=title,
        severity=Severity.FAIL if needed else Severity.WARN,
        observed=" ".join(one.words for one in unmet),
        reason="The Amplify CLI refuses such a combination, and people would be let in nowhere.",
        affects=names(list(dict.fromkeys(one.resource for one in unmet))),
        cure=Cure(
            "Allow unauthenticated identities in the identity pool, or take guest access out of the category."
            if guests
            else "Import again with an identity pool that trusts this user pool."
        ),
    )


def dependents(found: Sequence[Dependent]) -> Finding:
    """Whether an unlink would pull auth away beneath a resource that declares to need it (section 5.1)."""
    title = TITLES[DEPENDENTS]
    declared = [one for one in found if one.declared]
    if not found:
        return Finding(id=DEPENDENTS, title=title, severity=Severity.PASS, observed="nothing depends on auth")
    return Finding(
        id=DEPENDENTS,
        title=title,
        severity=Severity.FAIL if declared else Severity.WARN,
        observed=" ".join(f"{one.resource} ({one.service}): {one.words}" for one in (declared or found)),
        reason="The Amplify CLI refuses to remove auth that another resource declares to depend on."
        if declared
        else "They keep running, and whoever signs in through them may be turned away.",
        affects=names([one.resource for one in (declared or found)]),
        cure=Cure(
            "Take the dependency out of each of them and push that first (amplify update …); "
            "or import other Cognito resources here in place of these, and push once."
            if declared
            else "Look whether people still use them."
        ),
    )


def stack_refused(reason: str) -> Finding:
    """CloudFormation could not work out the change of the root stack."""
    return Finding(
        id=STACK,
        title=TITLES[STACK],
        severity=Severity.FAIL,
        observed=reason or "CloudFormation gave no reason.",
        reason="The nested stacks of API, Storage and functions get the pool and the roles through it.",
        affects="the categories that depend on auth",
        cure=Cure("Cure what CloudFormation names, then preview the push again."),
    )
