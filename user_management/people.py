"""One user of the linked pool, found without being billed."""

from aws import users
from aws.errors import NotFound
from aws.user_resources import CognitoUser
from user_management import recent
from user_management.place import Place
from user_management.pool_rules import rules_of


def find(place: Place, username: str) -> CognitoUser:
    """The user as Cognito lists it, with our own changes of the last two minutes. Raises AwsError.

    In a pool that does not mind case, a name in other case is the same user's.
    """
    if recent.is_deleted(place, username):
        raise NotFound(
            "This user was deleted a moment ago.",
            code="UserNotFoundException",
            next_step="Go back to the list of users.",
        )
    try:
        user = users.find_user(place.target, place.pool_id, username)
    except NotFound:
        # Somebody just made is not in Cognito's list for a few seconds.
        known = recent.noted(place, username)
        if known is not None:
            return known
        small = username.lower()
        if small == username or rules_of(place).people.pool.case_sensitive:
            raise
        # Such pools keep names in small letters, and Cognito's filter compares letter by letter.
        return find(place, small)
    return recent.overlay(place, [user])[0]
