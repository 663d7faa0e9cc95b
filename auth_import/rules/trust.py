"""Whether a role's trust policy lets an identity pool use the role: a small evaluator of IAM trust policies. Pure.

Only what an identity pool needs is decided: the action `sts:AssumeRoleWithWebIdentity`, the federated principal
`cognito-identity.amazonaws.com`, and conditions on its `aud`, `amr` and `sub`. What depends on anything else is
answered "unsure", never "yes". Source: IAM user guide, "Policy evaluation logic" and "Condition operators";
Amazon Cognito developer guide, "Role trust and permissions".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

Amr = Literal["authenticated", "unauthenticated"]
Answer = Literal["yes", "no", "unsure"]

ACTION = "sts:AssumeRoleWithWebIdentity"
PRINCIPAL = "cognito-identity.amazonaws.com"
# Nobody's identity pool: if even this one may assume the role, any pool may.
_STRANGER = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Trust:
    """`assumable` for this pool and kind of identity; `problem` says why not, or what is unsure.

    `other_pools` are ids of other identity pools that are let in by name, `open_to_any` that any pool is.
    `malformed` is True if the policy could not be parsed at all.
    """

    assumable: Answer
    problem: str = ""
    other_pools: tuple[str, ...] = ()
    open_to_any: bool = False
    malformed: bool = False


def evaluate(policy: str, identity_pool_id: str, amr: Amr) -> Trust:
    """Judge the JSON text of a trust policy for one identity pool; never raises."""
    statements = parse(policy)
    if statements is None:
        return Trust("no", "the trust policy is not a valid policy document", malformed=True)
    answer, problem = _decide(statements, identity_pool_id, amr)
    region = identity_pool_id.partition(":")[0] or "us-east-1"
    strangers = (f"{region}:{_STRANGER}", f"xx-nowhere-1:{_STRANGER}")
    return Trust(
        assumable=answer,
        problem=problem,
        other_pools=tuple(
            pool
            for pool in _named_pools(statements)
            if pool != identity_pool_id and _decide(statements, pool, amr)[0] != "no"
        ),
        open_to_any=any(_decide(statements, stranger, amr)[0] != "no" for stranger in strangers),
    )


def parse(policy: str) -> list[Mapping[str, Any]] | None:
    """The statements of a policy, also of one in IAM's percent-encoded form; None if it is malformed."""
    document = _document(policy)
    if document is None:
        return None
    statements = document.get("Statement", [])
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list) or not all(isinstance(item, Mapping) for item in statements):
        return None
    return statements


def _document(policy: str) -> dict[str, Any] | None:
    text = unquote(policy) if policy.lstrip().startswith("%7B") else policy
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _decide(statements: list[Mapping[str, Any]], pool: str, amr: Amr) -> tuple[Answer, str]:
    """Deny wins over Allow; the first reason that keeps the answer from "yes" is told."""
    verdicts = [(str(item.get("Effect", "")).lower(), _applies(item, pool, amr)) for item in statements]
    if any(effect == "deny" and applies == "yes" for effect, applies in verdicts):
        return "no", "a Deny statement forbids it"
    allowed = [applies for effect, applies in verdicts if effect == "allow"]
    if "yes" in allowed:
        if any(effect == "deny" and applies == "unsure" for effect, applies in verdicts):
            return "unsure", "a Deny statement has a condition that only the moment of sign-in decides"
        return "yes", ""
    if "unsure" in allowed:
        return "unsure", "the statement that allows it has a condition that only the moment of sign-in decides"
    return "no", _why_not(statements, pool, amr)


def _applies(statement: Mapping[str, Any], pool: str, amr: Amr) -> Answer:
    return _all([_action(statement), _principal(statement), _conditions(statement.get("Condition"), pool, amr)])


def _all(answers: list[Answer]) -> Answer:
    if "no" in answers:
        return "no"
    return "unsure" if "unsure" in answers else "yes"


def _action(statement: Mapping[str, Any]) -> Answer:
    if "NotAction" in statement:
        return "no" if _any_match(statement["NotAction"], ACTION) else "yes"
    return "yes" if _any_match(statement.get("Action"), ACTION) else "no"


def _any_match(patterns: object, text: str) -> bool:
    return any(_like(pattern.lower(), text.lower()) for pattern in _strings(patterns))


def _principal(statement: Mapping[str, Any]) -> Answer:
    if "NotPrincipal" in statement:
        # "Everybody but these": never enough to call a role trusted, but enough for a Deny to forbid.
        if _names_us(statement["NotPrincipal"]):
            return "no"
        return "yes" if str(statement.get("Effect", "")).lower() == "deny" else "unsure"
    return "yes" if _names_us(statement.get("Principal")) else "no"


def _names_us(principal: object) -> bool:
    if isinstance(principal, Mapping):
        federated = _strings(principal.get("Federated"))
        return "*" in federated or PRINCIPAL in federated or "*" in _strings(principal.get("AWS"))
    return principal == "*"


def _conditions(block: object, pool: str, amr: Amr) -> Answer:
    if block is None:
        return "yes"
    if not isinstance(block, Mapping):
        return "unsure"
    answers: list[Answer] = []
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            return "unsure"
        answers += [_condition(str(operator), str(key), values, pool, amr) for key, values in keys.items()]
    return _all(answers)


def _condition(operator: str, key: str, values: object, pool: str, amr: Amr) -> Answer:
    wanted = _strings(values)
    qualifier, _, rest = operator.lower().rpartition(":")
    name = rest.removesuffix("ifexists")
    if name == "bool" and key.lower() == "aws:securetransport":
        # Cognito always calls STS over TLS.
        return "yes" if "true" in [value.lower() for value in wanted] else "no"
    claim = key.lower().removeprefix(PRINCIPAL + ":")
    if (
        claim == key.lower()
        or claim not in ("aud", "amr", "sub")
        or qualifier not in ("", "foranyvalue", "forallvalues")
    ):
        return "unsure"
    if name == "null":
        return "yes" if [value.lower() for value in wanted] == ["false"] else "no"
    negated = name in ("stringnotequals", "stringnotequalsignorecase", "stringnotlike")
    if not negated and name not in ("stringequals", "stringequalsignorecase", "stringlike"):
        return "unsure"
    if any("${" in value for value in wanted):
        return "unsure"
    wild, fold = name.endswith("like"), name.endswith("ignorecase")
    if claim == "sub":
        answer = _sub(wanted, pool, wild)
    elif claim == "aud":
        answer = "yes" if any(_matches(pattern, pool, wild, fold) for pattern in wanted) else "no"
    else:
        answer = _amr(wanted, amr, wild, fold, every=qualifier == "forallvalues")
    return _opposite(answer) if negated else answer


def _opposite(answer: Answer) -> Answer:
    if answer == "unsure":
        return "unsure"
    return "no" if answer == "yes" else "yes"


def _sub(wanted: list[str], pool: str, wild: bool) -> Answer:
    """`sub` is the identity's own id, `<region>:<uuid>`: only a pattern for all of a Region is surely met."""
    region = pool.partition(":")[0]
    return "yes" if wild and {"*", "*:*", f"{region}:*"} & set(wanted) else "unsure"


def _amr(wanted: list[str], amr: Amr, wild: bool, fold: bool, *, every: bool) -> Answer:
    """`amr` has several values: the word, and for somebody signed in also the providers that were used."""
    word_met = any(_matches(pattern, amr, wild, fold) for pattern in wanted)
    names_provider = any("cognito-idp." in pattern for pattern in wanted)
    if every:
        if not word_met:
            return "no"
        everything = wild and "*" in wanted
        return "yes" if everything or amr == "unauthenticated" else "unsure"
    if word_met:
        return "yes"
    return "unsure" if names_provider and amr == "authenticated" else "no"


def _matches(pattern: str, text: str, wild: bool, fold: bool) -> bool:
    if fold:
        return pattern.lower() == text.lower()
    return _like(pattern, text) if wild else pattern == text


def _like(pattern: str, text: str) -> bool:
    """`*` is any run of characters, `?` any single one. Two pointers, so that no pattern can take long."""
    at = seen = 0
    star, resume = -1, 0
    while seen < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, seen
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[seen]):
            at, seen = at + 1, seen + 1
        elif star >= 0:
            resume += 1
            at, seen = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _strings(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [word for item in value for word in _strings(item) if not isinstance(item, list)]
    return []


def _named_pools(statements: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Every literal identity pool id that a condition on `aud` names, in the order of the policy."""
    found: dict[str, None] = {}
    for statement in statements:
        block = statement.get("Condition")
        for keys in block.values() if isinstance(block, Mapping) else ():
            for key, values in keys.items() if isinstance(keys, Mapping) else ():
                if str(key).lower() == f"{PRINCIPAL}:aud":
                    found |= {value: None for value in _strings(values) if not set(value) & set("*?$")}
    return tuple(found)


def _why_not(statements: list[Mapping[str, Any]], pool: str, amr: Amr) -> str:
    allows = [item for item in statements if str(item.get("Effect", "")).lower() == "allow"]
    for_us = [item for item in allows if _principal(item) != "no"]
    if not for_us:
        return f"no statement allows {PRINCIPAL}"
    acting = [item for item in for_us if _action(item) == "yes"]
    if not acting:
        return f"no statement for {PRINCIPAL} allows {ACTION}"
    other: Amr = "unauthenticated" if amr == "authenticated" else "authenticated"
    if any(_conditions(item.get("Condition"), pool, other) != "no" for item in acting):
        return f"it trusts this identity pool for {other} identities only (amr)"
    trusted = [name for name in _named_pools(acting) if name != pool]
    if trusted and pool not in _named_pools(acting):
        return f"its aud names another identity pool: {', '.join(trusted)}"
    return "its conditions do not admit this identity pool"


def trust_statement(identity_pool_id: str, amr: Amr) -> dict[str, Any]:
    """The one statement AWS documents for an identity pool's role."""
    return {
        "Effect": "Allow",
        "Principal": {"Federated": PRINCIPAL},
        "Action": ACTION,
        "Condition": {
            "StringEquals": {f"{PRINCIPAL}:aud": identity_pool_id},
            "ForAnyValue:StringLike": {f"{PRINCIPAL}:amr": amr},
        },
    }


def trust_policy(identity_pool_id: str, amr: Amr) -> str:
    """The trust policy of a new role for one identity pool and one kind of identity."""
    return json.dumps({"Version": "2012-10-17", "Statement": [trust_statement(identity_pool_id, amr)]}, indent=2)


def trust_for(existing_policy_json: str, identity_pool_id: str, amr: Amr) -> str:
    """The existing policy with one statement that trusts this identity pool, and all else kept.

    A statement that is plainly meant for this pool alone is corrected in place; otherwise one is added. Statements
    for other identity pools stay: taking them away could lock out the people of a running application. A Deny
    statement is never touched either, so the caller evaluates the result. A policy that already trusts the pool
    comes back unchanged, a malformed one is replaced.
    """
    statements = parse(existing_policy_json)
    document = _document(existing_policy_json)
    if statements is None or document is None:
        return trust_policy(identity_pool_id, amr)
    right = trust_statement(identity_pool_id, amr)
    if _decide(statements, identity_pool_id, amr)[0] == "yes":
        return existing_policy_json
    kept = [dict(item) for item in statements]
    place = next((at for at, item in enumerate(kept) if _meant_for(item, identity_pool_id)), None)
    if place is None:
        kept.append(right)
    else:
        kept[place] = {**kept[place], "Condition": right["Condition"]}
    return json.dumps({**document, "Statement": kept}, indent=2)


def _meant_for(statement: Mapping[str, Any], identity_pool_id: str) -> bool:
    """An Allow for Cognito's web identities whose only named identity pool is this one."""
    return (
        str(statement.get("Effect", "")).lower() == "allow"
        and "NotPrincipal" not in statement
        and _principal(statement) == "yes"
        and _action(statement) == "yes"
        and _named_pools([statement]) == (identity_pool_id,)
    )
