"""Where an environment stands, as far as is known without asking AWS: what the cloud had when it was last read, beside
what is linked here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amplify_files.outputs import AuthOutputs
from auth_import.models import CognitoLink, UnpushedUnlink
from backend_state.models import KnownBackend
from deployments import waiting
from environments.models import Environment

_ROWS = (
    ("User pool", "user_pool", "user_pool_id"),
    ("Web app client", "web_client", "web_client_id"),
    ("Mobile app client", "native_client", "native_client_id"),
    ("Identity pool", "identity_pool", "identity_pool_id"),
)
_CATEGORIES = {"api": "API", "function": "Functions"}


@dataclass(frozen=True, slots=True)
class Side:
    """One id as it is in the cloud and as it is wanted; `name` is what Cognito calls the wanted one."""

    label: str
    before: str
    after: str
    name: str = ""
    is_known: bool = True

    @property
    def differs(self) -> bool:
        return self.is_known and self.before != self.after

    @property
    def state(self) -> str:
        """As the look's vocabulary of states has it; "" where there is nothing to say."""
        if not self.is_known or not (self.before or self.after):
            return ""
        if not self.differs:
            return "pass"
        return "warn" if self.before else "info"

    @property
    def comparison(self) -> str:
        """How the two sides stand to each other."""
        return self._words("Same", "Only here", "Only in the cloud", "Differs")

    @property
    def change(self) -> str:
        """What a push does with it."""
        return self._words("Stays", "New", "Taken out", "Exchanged")

    def _words(self, same: str, new: str, gone: str, other: str) -> str:
        if not self.differs:
            return same
        return new if not self.before else gone if not self.after else other


def sides(
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    names: Mapping[str, str] | None = None,
    is_known: bool = True,
) -> list[Side]:
    return [
        Side(label, before.get(key, ""), after.get(key, ""), (names or {}).get(key, ""), is_known)
        for label, key, _ in _ROWS
    ]


def ids_of(outputs: AuthOutputs | None) -> dict[str, str]:
    if outputs is None:
        return {}
    return {
        "user_pool": outputs.user_pool_id,
        "web_client": outputs.web_client_id,
        "native_client": outputs.native_client_id,
        "identity_pool": outputs.identity_pool.id if outputs.identity_pool else "",
    }


def names_of(outputs: AuthOutputs | None) -> dict[str, str]:
    """What Cognito calls the resources, by the same keys."""
    if outputs is None:
        return {}
    return {
        "user_pool": outputs.user_pool_name,
        "web_client": outputs.web_client_name,
        "native_client": outputs.native_client_name,
        "identity_pool": outputs.identity_pool.name if outputs.identity_pool else "",
    }


def auth_in_cloud(known: KnownBackend | None) -> list[dict[str, Any]]:
    return list(known.facts.get("auth", [])) if known else []


def ids_in_cloud(known: KnownBackend | None) -> dict[str, str]:
    """Of the one auth resource the cloud had when it was last read."""
    auth = auth_in_cloud(known)
    return {key: auth[0].get(name, "") for _, key, name in _ROWS} if auth else {}


def sides_of(link: CognitoLink | None, known: KnownBackend | None) -> list[Side]:
    """The cloud as last read beside the link."""
    outputs = link.auth_outputs if link else None
    return sides(ids_in_cloud(known), ids_of(outputs), names=names_of(outputs), is_known=known is not None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a push would do. `waits`: something here is not in the cloud yet. `pushable`: there is something to look at.

    `adopt` says that the cloud has imported resources which nothing here is linked to.
    """

    state: str
    words: str
    sentence: str
    pushable: bool = False
    waits: bool = False
    adopt: bool = False


def standing(link: CognitoLink | None, unlink: UnpushedUnlink | None, known: KnownBackend | None) -> Standing:
    auth = auth_in_cloud(known)
    managed = next((one for one in auth if not one["imported"]), None)
    if managed:
        return Standing(
            "fail",
            "Managed by Amplify",
            f"The backend has auth that Amplify manages itself ({managed['name']}). It must be removed there before "
            "existing resources can be reused.",
            pushable=link is not None,
        )
    if len(auth) > 1:
        return Standing(
            "fail",
            "Several auth resources",
            f"The backend has {len(auth)} auth resources ({', '.join(one['name'] for one in auth)}), and Amplify "
            "allows one. All but one must be removed there.",
            pushable=link is not None,
        )
    if link is None:
        return _unlinked(unlink, auth)
    if not link.pushed:
        differs = bool(auth) and any(side.differs for side in sides_of(link, known))
        return Standing(
            "warn",
            "Not pushed",
            "The backend in the cloud has other Cognito resources than the ones linked here. A push puts the linked "
            "ones in their place."
            if differs
            else "The link is saved in this console. The backend in the cloud does not have it yet, so apps that are "
            "built from it do not either.",
            pushable=True,
            waits=True,
        )
    if link.drift:
        return Standing(
            "warn",
            "Newer values",
            "Values changed in Cognito since the last push. A push takes the newer ones into the backend.",
            pushable=True,
            waits=True,
        )
    return Standing("pass", "Pushed", "The backend in the cloud has what is linked here.", pushable=True)


def with_others(stands: Standing, others: Sequence[str]) -> Standing:
    """The standing of an environment in which, beside auth, something else waits to be pushed, in words."""
    if not others:
        return stands
    also = f"{' and '.join(others)} {'wait' if len(others) > 1 else 'waits'} to be pushed."
    also = also[0].upper() + also[1:]
    if stands.waits or stands.state == "fail":
        return replace(stands, sentence=f"{stands.sentence} {also}", pushable=True, waits=True)
    sentence = f"{also} {stands.sentence}" if stands.state == "pass" else also
    return replace(stands, state="warn", words="Not pushed", sentence=sentence, pushable=True, waits=True)


def _unlinked(unlink: UnpushedUnlink | None, auth: list[dict[str, Any]]) -> Standing:
    if unlink is not None:
        state, words = unlink.status
        return Standing(state, words, unlink.sentence, pushable=True, waits=True)
    if auth:
        return Standing(
            "info",
            "Imported elsewhere",
            "The backend has imported Cognito resources, and this console has no link to them. Import the same ones "
            "here to manage them.",
            adopt=True,
        )
    return Standing("stopped", "Nothing to push", "No Cognito resources are linked to this environment.")


def standings_of(environments: Iterable[Environment], links: Mapping[int, CognitoLink | None]) -> dict[int, Standing]:
    """Of the Amplify ones among them, by their ids, with what waits beside auth.

    The number of queries does not grow with theirs.
    """
    found = [one for one in environments if one.is_amplify]
    if not found:
        return {}
    unlinked = UnpushedUnlink.objects.filter(environment__in=found).select_related("job")
    unlinks = {one.environment_id: one for one in unlinked}
    others = waiting.subjects_of(found)
    backends = {
        one.environment_id: one
        for one in KnownBackend.objects.filter(environment__in=found).defer("categories", "provider", "pushed")
    }
    return {
        one.pk: with_others(standing(links.get(one.pk), unlinks.get(one.pk), backends.get(one.pk)), others[one.pk])
        for one in found
    }


@dataclass(frozen=True, slots=True)
class CloudResource:
    """A resource of another category, and what it uses of auth."""

    name: str
    service: str
    use: str = ""
    declared: bool = False


def resources_in_cloud(known: KnownBackend | None) -> list[tuple[str, list[CloudResource]]]:
    """Category by category, in the order of the alphabet, each by the name people say."""
    if known is None:
        return []
    uses = {one["resource"]: one for one in known.facts.get("dependents", ())}
    found: dict[str, list[CloudResource]] = {}
    for label, service in sorted(known.facts.get("resources", {}).items()):
        category, _, name = label.partition("/")
        use = uses.get(label, {})
        found.setdefault(_CATEGORIES.get(category, category.capitalize()), []).append(
            CloudResource(name or label, service, use.get("words", ""), bool(use.get("declared")))
        )
    return list(found.items())
