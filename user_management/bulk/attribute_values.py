"""One value for an attribute of many users: which attributes can have one, and whom it leaves as they are. Pure."""

from aws.user_resources import AttributeRule, CognitoUser, PeopleRules
from user_management.person.attributes import ADDRESSES, VERIFIED, is_editable, problem_of


def settable(people: PeopleRules) -> tuple[AttributeRule, ...]:
    """The attributes that many users may share a value of: not addresses and sign-in names, which are unique."""
    unique = {*ADDRESSES, "preferred_username"}
    return tuple(
        sorted(
            (rule for rule in people.attributes if is_editable(rule) and rule.name not in unique),
            key=lambda rule: (not rule.is_custom, rule.name),
        )
    )


def problem(people: PeopleRules, name: str, value: str) -> str:
    """Why no user can be given this value, or ""."""
    rule = next((rule for rule in settable(people) if rule.name == name), None)
    if rule is None:
        return f"The attribute {name} cannot be set for many users." if name else "Choose an attribute."
    if not value and (rule.required or name in VERIFIED):
        return "This attribute cannot be without a value."
    return problem_of(rule, value)


def why_skipped(user: CognitoUser, name: str, value: str) -> str:
    if user.attributes.get(name, "") == value:
        return "Has this value already." if value else "Has no value already."
    address = name.removesuffix("_verified")
    if name in VERIFIED and value == "true" and not user.attributes.get(address):
        return "Has no address that could be verified."
    return ""
