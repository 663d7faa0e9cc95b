"""Which messages Cognito sends for what one does, by which way and from whom. Pure."""

from dataclasses import dataclass

from aws.user_resources import CognitoUser, PeopleRules
from user_management.person.situation import invitation_mediums

MEDIUM_WORDS = {"EMAIL": "e-mail", "SMS": "text message"}
PLACEHOLDER = "{####}"


@dataclass(frozen=True, slots=True)
class Message:
    """One message that will be sent. `to` is the address or number, `sender` says from whom in a phrase."""

    medium: str
    to: str
    sender: str

    @property
    def medium_words(self) -> str:
        return MEDIUM_WORDS[self.medium]

    def __str__(self) -> str:
        return f"by {self.medium_words} to {self.to}, {self.sender}"


def sender_of(people: PeopleRules, medium: str) -> str:
    """From whom messages of this medium come, with the limit that everybody shares."""
    if medium == "SMS":
        return "as a text message that Amazon SNS charges for"
    if people.default_sender:
        return "from Cognito's own sender: 50 e-mails a day for the whole account"
    return f"from {people.sender} through Amazon SES" if people.sender else "through Amazon SES"


def message_to(user: CognitoUser, people: PeopleRules, medium: str) -> Message:
    address = user.email if medium == "EMAIL" else user.phone_number
    return Message(medium, address, sender_of(people, medium))


def invitations_for(user: CognitoUser, people: PeopleRules) -> tuple[Message, ...]:
    """The ways an invitation can go to this user, best first."""
    return tuple(message_to(user, people, medium) for medium in invitation_mediums(user, people))


def template_problem(people: PeopleRules, medium: str) -> str:
    """Why an invitation would not arrive or would be useless, or ""."""
    template = people.invitation_email if medium == "EMAIL" else people.invitation_sms
    if template and PLACEHOLDER not in template:
        return (
            f"The pool's invitation by {MEDIUM_WORDS[medium]} lacks the placeholder {PLACEHOLDER} for the temporary "
            "password, so Cognito does not deliver it. Correct the template in the pool's settings first."
        )
    return ""
