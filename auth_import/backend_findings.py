"""What an Amplify backend says to an import, an unlink or a push, as findings. Pure.

`backend_state` answers in plain facts; here they get the words, the reason and the cure of a check.
"""

import shlex
from collections.abc import Sequence

from auth_import.findings import Cure, Finding, Severity
from auth_import.rules.reading import names
from backend_state.document.facts import NEEDS_GUESTS, Dependent, LiteralPool, Unmet
from backend_state.document.problems import BackendProblem

READABLE = "backend.readable"
REQUIREMENTS = "backend.requirements"
DEPENDENTS = "backend.dependents"
STACK = "backend.stack-change"
FUNCTIONS = "backend.function-policies"
CHECKOUTS = "backend.older-checkouts"
DATA_RULES = "backend.data-rules"
FAMILY = "Backend"
TITLES = {
    READABLE: "The backend's state in the cloud can be read and changed",
    REQUIREMENTS: "API, Storage and the other categories get what they need",
    DEPENDENTS: "Nothing in the backend is left without the auth it declares to need",
    STACK: "CloudFormation can change the root stack as planned",
    FUNCTIONS: "Functions may do with this user pool what they may do with the present one",
    CHECKOUTS: "Developers' older checkouts get these resources with their next pull",
    DATA_RULES: "The Amplify compiler accepts the data access rules",
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
            "Take the dependency out of each of them and push that first ("
            + "; ".join(way_out(one.resource, one.service) for one in declared)
            + "); or import other Cognito resources here in place of these, and push once."
            if declared
            else "Look whether people still use them."
        ),
    )


def way_out(resource: str, service: str) -> str:
    """What somebody does on a laptop so that a resource no longer declares to depend on auth, before `amplify push`."""
    category, _, name = resource.partition("/")
    if category == "api" and service == "API Gateway":
        return f"amplify update api: choose {name}, and let its paths be open or take them out"
    if category == "api":
        return (
            f"amplify update api: choose {name}, and give it other authorization modes than Amazon Cognito user pools"
        )
    return {
        "function": f"amplify update function: choose {name}, and take auth out of its resource access permissions",
        "storage": f"amplify update storage: take the permissions of signed-in people away from {name}; "
        "or amplify remove storage",
        "analytics": "amplify remove analytics: the Amplify CLI keeps auth while there is any",
        "geo": f"amplify remove geo: choose {name}",
        "predictions": f"amplify remove predictions: choose {name}",
        "custom": f"amplify update custom: choose {name}, and take auth out of what it depends on",
    }.get(category, f"amplify remove {category}, or take auth out of what {resource} depends on in backend-config.json")


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


def data_rules(api: str, refused: Sequence[str], count: int, earlier: int) -> Finding:
    """Whether a developer's next `amplify push` could compile the schema. `refused` are the first of `count` new
    reasons why not, `earlier` the number of those that the schema in the cloud has as well."""
    if not count:
        return Finding(
            id=DATA_RULES,
            title=TITLES[DATA_RULES],
            severity=Severity.WARN if earlier else Severity.PASS,
            observed=f"{api}: {earlier} things were refused before, and still are" if earlier else f"{api}: accepted",
            reason="A developer's next push of this API fails, as it would today." if earlier else "",
            cure=Cure("See the findings on the Data page.") if earlier else Cure(""),
        )
    more = f" And {count - len(refused)} more." if count > len(refused) else ""
    return Finding(
        id=DATA_RULES,
        title=TITLES[DATA_RULES],
        severity=Severity.FAIL,
        observed=f"{api}, {' '.join(refused)}{more}",
        reason="A developer's next push of this API would fail, and nobody could deploy it until the rules are mended.",
        affects="whoever pushes this environment with the Amplify CLI",
        cure=Cure("Mend the rules on the Data page, which has all of them with line and column; then preview again."),
    )


def function_policies(found: Sequence[LiteralPool]) -> Finding:
    """Whether a function's policy names another pool (section 7.3). A push changes parameters, not templates."""
    if not found:
        return Finding(
            id=FUNCTIONS,
            title=TITLES[FUNCTIONS],
            severity=Severity.PASS,
            observed="no function's template names another user pool",
        )
    return Finding(
        id=FUNCTIONS,
        title=TITLES[FUNCTIONS],
        severity=Severity.WARN,
        observed=" ".join(f"{one.resource} is allowed to use {names(one.pools)} by its id." for one in found),
        reason="The function gets this pool's id in its environment variable, while its policy goes on granting the"
        " other pool: its calls are refused, and it could still reach the old users.",
        affects=names([one.resource for one in found]),
        cure=Cure(
            "After the push, choose the function's permissions once more and push it from a laptop; the CLI then writes"
            " this pool's id.",
            "amplify pull && amplify update function && amplify push",
        ),
    )


def older_checkouts(change: str, categories: str) -> Finding:
    """What the next pull does in a checkout from before the push (sections 4.3, 6.8). `categories` is the payload."""
    if change not in ("import", "swap"):
        return Finding(
            id=CHECKOUTS, title=TITLES[CHECKOUTS], severity=Severity.PASS, observed="nothing changes for them"
        )
    swap = change == "swap"
    return Finding(
        id=CHECKOUTS,
        title=TITLES[CHECKOUTS],
        severity=Severity.WARN if swap else Severity.INFO,
        observed="a headless pull in them takes the present resources, from their own team-provider-info.json"
        if swap
        else "a headless pull in one that has no auth yet may end with “userPoolId … None”",
        reason="The Amplify CLI reads ids from team-provider-info.json before it asks the cloud; a push from such a"
        " checkout would then write the old ids back."
        if swap
        else "The Amplify CLI makes the list of categories before it restores the backend, so the first pull learns of"
        " auth and only the second one fills team-provider-info.json.",
        affects="developers, and builds, that pull with --yes in a folder from before this push",
        cure=Cure(
            "Pull interactively, or name the ids once. An empty folder needs neither. The source bundle has this"
            " environment's part of team-provider-info.json to commit.",
            f"amplify pull --yes --categories {shlex.quote(categories)}",
        ),
    )
