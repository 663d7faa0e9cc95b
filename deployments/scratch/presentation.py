"""New Cognito resources as a page says them: what was chosen, what follows from it, and what CloudFormation makes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployments.scratch.models import PlannedAuth
from deployments.scratch.template import AttributeType, Mfa, NewAuth, SignIn

SIGN_IN_WORDS = {SignIn.EMAIL: "e-mail address", SignIn.PHONE: "phone number", SignIn.USERNAME: "user name"}
MFA_WORDS = {Mfa.OFF: "Off", Mfa.OPTIONAL: "Optional, by authenticator app", Mfa.ON: "Required, by authenticator app"}
WHAT_FOR = {
    "AWS::Cognito::UserPool": "Holds the users and their passwords.",
    "AWS::Cognito::UserPoolClient": "What an app signs people in with.",
    "AWS::Cognito::UserPoolDomain": "The address of the hosted sign-in page.",
    "AWS::Cognito::IdentityPool": "Gives people temporary AWS credentials.",
    "AWS::Cognito::IdentityPoolRoleAttachment": "Names the two roles in the identity pool.",
    "AWS::IAM::Role": "Trusts this identity pool alone, and grants nothing.",
}
_OF_ITS_OWN = {
    "WebClient": "What browsers sign people in with: without a secret.",
    "NativeClient": "What mobile apps and servers sign people in with: with a secret.",
    "AuthenticatedRole": "For people who signed in. Trusts this identity pool alone, and grants nothing.",
    "UnauthenticatedRole": "For guests. Trusts this identity pool alone, and grants nothing.",
}
FOR_EVER = (
    "What people sign in with.",
    "That Ana@example.com and ana@example.com are the same person.",
    "Which attributes everybody must have.",
    "Names and types of custom attributes, and which are fixed; more can be added.",
)
"""What can never be changed for a pool that exists. Source: Cognito facts, section 5.9."""


@dataclass(frozen=True, slots=True)
class Line:
    """One resource of the change set. `name` is what it will be called in AWS, as far as that is known before."""

    resource: str
    type: str
    action: str
    name: str
    what_for: str


def lines_of(planned: PlannedAuth, new: NewAuth) -> list[Line]:
    names = {
        "UserPool": f"{new.name}_users",
        "WebClient": f"{new.name}_web",
        "NativeClient": f"{new.name}_native",
        "IdentityPool": f"{new.name}_identity",
        "Domain": new.domain,
    }
    return [
        Line(
            resource=one["resource"],
            type=one["type"],
            action=one["action"],
            name=names.get(one["resource"], "")
            or (f"{planned.stack_name}-{one['resource']}-…"[:80] if one["type"] == "AWS::IAM::Role" else ""),
            what_for=_OF_ITS_OWN.get(one["resource"]) or WHAT_FOR.get(one["type"], ""),
        )
        for one in planned.changes
    ]


def chosen(new: NewAuth) -> list[tuple[str, str]]:
    """The choices in words, as (label, text)."""
    policy = new.password
    kinds = {
        "a lower-case letter": policy.lowercase,
        "an upper-case letter": policy.uppercase,
        "a digit": policy.numbers,
        "a symbol": policy.symbols,
    }
    wanted = ", ".join(words for words, on in kinds.items() if on)
    custom = ", ".join(
        f"custom:{one.name}" + ("" if one.type is AttributeType.STRING else f" ({one.type})") for one in new.custom
    )
    return [
        ("People sign in with", ", ".join(SIGN_IN_WORDS[one] for one in new.sign_in)),
        ("Everybody must have", ", ".join(new.required)),
        ("Custom attributes", custom or "None"),
        ("Passwords", f"At least {policy.minimum_length} characters" + (f", with {wanted}" if wanted else "")),
        ("Second factor", MFA_WORDS[new.mfa]),
        ("Guests", "Get AWS credentials" if new.guests else "Get nothing"),
        ("Hosted sign-in page", new.domain or "None"),
        ("Deletion protection", "On" if new.deletion_protection else "Off"),
    ]


def warnings_of(new: NewAuth, *, production: bool) -> Iterator[str]:
    """What deserves a second thought before it is made."""
    if SignIn.PHONE in new.sign_in:
        yield (
            "Phone numbers are not verified by text message: that needs a role for Amazon SNS, which is not made here. "
            "People get their codes by e-mail."
        )
    if not new.deletion_protection:
        yield "Deletion protection is off: whoever may delete user pools deletes this one with a single call."
    if new.guests:
        yield "Anybody gets credentials of the unauthenticated role. Think of it when you attach policies to it."
    if new.mfa is Mfa.ON:
        yield "Whoever loses the authenticator app cannot sign in until somebody resets it."
    if new.password.minimum_length < 8:
        yield "Passwords of fewer than 8 characters are guessed."
    if production:
        yield "This environment is marked as production."
    local = [url for url in (*new.callback_urls, *new.logout_urls) if url.startswith("http://")]
    if production and local:
        yield f"URLs of a developer's own machine are among those of the app clients: {', '.join(local)}."


def plan_report(planned: PlannedAuth) -> dict[str, Any]:
    """The plan as scripts read it."""
    environment, new = planned.environment, NewAuth.from_dict(planned.choices)
    return {
        "plan": planned.pk,
        "url": planned.get_absolute_url(),
        "phase": planned.phase,
        "choices": planned.choices,
        "account": planned.account,
        "region": environment.region,
        "stack": planned.stack_name,
        "resources": planned.changes,
        "warnings": list(warnings_of(new, production=environment.production)),
        "template": planned.template,
        "preview_job": planned.preview_job_id,
        "job": planned.job_id,
    }


def errors_report(errors: Mapping[str, Any]) -> dict[str, Any]:
    return {"error": "Not everything is filled in as it must be.", "errors": errors}
