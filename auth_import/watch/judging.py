"""What an observation says about a link: the drift that is there, and what could not be told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from auth_import import drift
from auth_import.findings import Finding
from auth_import.models import CognitoLink
from auth_import.observation import Observation
from auth_import.outputs import readable_outputs
from auth_import.preflight import SHARED, digest_of_secret
from auth_import.rules.reading import BACKEND_UNREAD, all_faults
from aws.errors import Fault
from aws.resources import AppClient, UserPool

TRANSIENT = ("throttled", "unavailable")
OF_CHOOSING = frozenset({SHARED, "pool.web-client-available", "pool.native-client-available"})
"""Checks of what can be chosen, and of who else has chosen it; the chosen clients have checks of their own."""
"""Faults that may pass by themselves."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a link's resources, and every rule's word about it.

    `kept` are checks that this reading did not ask enough for: what was last known of them stays.
    """

    observation: Observation
    findings: tuple[Finding, ...]
    kept: frozenset[str] = field(default=frozenset())

    @property
    def unanswered(self) -> Fault | None:
        """A call that AWS did not answer; what waits for that answer has not got worse."""
        return next((fault for fault in all_faults(self.observation) if fault.kind in TRANSIENT), None)

    @property
    def untold(self) -> Fault | None:
        """Why the link was not checked: an answer that everything depends on is missing, and the thing is not gone."""
        observation = self.observation
        needed: list[object] = [observation.pool, observation.web_client, observation.native_client]
        if observation.choice.uses_identity_pool:
            needed += [observation.identity_pool, observation.identity_pool_roles]
        faults = [one for one in needed if isinstance(one, Fault) and one.kind != "not-found"]
        return self.unanswered or next(iter(faults), None)

    @property
    def sees_the_pool(self) -> bool:
        return isinstance(self.observation.pool, UserPool)


def drift_of(link: CognitoLink, seen: Seen) -> tuple[drift.Drift, ...]:
    """Everything that differs from the link's baseline, ignored or not."""
    outputs, unread = readable_outputs(seen.observation)
    return drift.compare(
        outputs_before=link.outputs,
        outputs_after=outputs,
        baseline=link.baseline,
        findings=[one for one in seen.findings if one.id not in seen.kept and not _is_only_known_now(link, one)],
        secret_changed=_secret_changed(link, seen.observation),
        secret_mark=_secret_mark(seen.observation),
        unread=unread.keys(),
        providers_gone=_providers_gone(link, seen.observation),
    )


def undecided(seen: Seen) -> frozenset[str]:
    """The ids of drifts about which this reading says nothing: refused answers leave open what they were before."""
    _, unread = readable_outputs(seen.observation)
    refused = {member for member, fault in unread.items() if fault.kind != "not-found"}
    ids = _ids_of(refused)
    if refused or any(fault.kind != "not-found" for fault in all_faults(seen.observation)):
        ids |= {finding.id for finding in seen.findings if finding.unread}
    if _is_refused(seen.observation.identity_providers):
        ids |= {"client.identity-provider-gone"}
    return frozenset((ids | seen.kept) - OF_CHOOSING)


def unsaid(seen: Seen) -> frozenset[str]:
    """Those about which this reading says nothing for whatever reason: what is gone has no settings either, and they
    are not what they were before."""
    _, unread = readable_outputs(seen.observation)
    ids = {finding.id for finding in seen.findings if finding.unread} | _ids_of(unread)
    if isinstance(seen.observation.identity_providers, Fault):
        ids |= {"client.identity-provider-gone"}
    return undecided(seen) | (ids - OF_CHOOSING)


def _ids_of(members: Collection[str]) -> set[str]:
    ids = {drift_id for path, drift_id, _ in drift.WATCHED if path in members or path.partition(".")[0] in members}
    if "native_client_has_secret" in members:
        ids.add("client.native-secret-replaced")
    if "web_oauth" in members:
        ids.add("client.identity-provider-gone")
    return ids


def _is_refused(answer: object) -> bool:
    return isinstance(answer, Fault) and answer.kind != "not-found"


def _secret_changed(link: CognitoLink, observation: Observation) -> bool:
    native = observation.native_client
    if not isinstance(native, AppClient) or not native.has_secret or not link.secret_digest:
        return False
    return digest_of_secret(native.secret) != link.secret_digest


def _secret_mark(observation: Observation) -> str:
    """A few digits of the keyed hash: they change with the secret and tell nothing of it."""
    native = observation.native_client
    return digest_of_secret(native.secret)[:8] if isinstance(native, AppClient) else ""


def _providers_gone(link: CognitoLink, observation: Observation) -> Sequence[str]:
    """Providers that the web client had at the import and still names, and that the user pool no longer has."""
    web, known = observation.web_client, observation.identity_providers
    if not isinstance(web, AppClient) or isinstance(known, Fault):
        return ()
    there = {provider.name for provider in known} | {"COGNITO"}
    before = (link.outputs.get("web_oauth") or {}).get("supported_identity_providers") or ()
    return [one for one in web.supported_identity_providers or () if one in before and one not in there]


def _is_only_known_now(link: CognitoLink, finding: Finding) -> bool:
    """Told by its check, but no change of what is linked: who else uses the pool and what else it offers, and what a
    backend needs that nobody had read at the import."""
    return finding.id in OF_CHOOSING or BACKEND_UNREAD in " ".join(link.baseline.get(finding.id, ()))
