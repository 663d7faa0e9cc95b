"""Checking a choice of Cognito resources: the environment as the rules see it, what AWS answers, every rule's word."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs
from amplify_files.resource_name import resource_name
from auth_import import rules
from auth_import.findings import Finding, RuleSet
from auth_import.models import CognitoLink
from auth_import.observation import Choice, Observation, OtherLink, Setting
from auth_import.observe import observe
from auth_import.outputs import outputs_of
from aws.errors import Fault
from backend_state import known
from backend_state.models import KnownBackend
from environments.models import Environment

SeesEnvironment = Callable[[Environment], bool]
SHARED = "link.shared"
"""The check that names other environments of this console."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """The result of running every rule. `outputs` is None while something that reaches a file could not be read."""

    observation: Observation
    rule_set: RuleSet
    findings: tuple[Finding, ...]
    outputs: AuthOutputs | None

    def verdict(self, accepted: Collection[str] = ()) -> str:
        return rules.verdict(self.findings, accepted)


def amplify_name(environment: Environment) -> str:
    """What the Amplify CLI calls the project: the app's name where one is known (Amplify project format, 6.7)."""
    return environment.app_name or environment.project.name


def context_of(environment: Environment, link: CognitoLink | None = None) -> ProjectContext:
    """What the generated files need to know about the environment, as far as is known without asking AWS."""
    return context_beside(known_backend(environment), environment, link)


def context_beside(
    backend: KnownBackend | None, environment: Environment, link: CognitoLink | None = None
) -> ProjectContext:
    """The same for whoever has read already what is known of the backend."""
    project = environment.project
    return ProjectContext(
        project_name=amplify_name(environment),
        environment_name=environment.name,
        frontend=project.frontend,  # type: ignore[arg-type]
        kind=environment.kind,  # type: ignore[arg-type]
        known_resource_name=link.resource_name if link else "",
        backend_meta=backend.backend_meta if backend else None,
    )


def known_backend(environment: Environment) -> KnownBackend | None:
    """What the console last read of the environment's Amplify backend; None where there is none, or it never looked."""
    return known.known(environment) if environment.is_amplify and environment.pk else None


def link_of(environment: Environment) -> CognitoLink | None:
    return CognitoLink.objects.select_related("environment__project").filter(environment=environment).first()


def label_of(other: Environment, *, beside: Environment, sees: SeesEnvironment) -> str:
    """Another environment, named only to whoever may see it."""
    if sees(other):
        return f"{other.project.name} / {other.name}"
    same = other.project_id == beside.project_id
    return "another environment of this project" if same else "another project in this console"


def setting_of(environment: Environment, *, user_pool_id: str, sees: SeesEnvironment, relink: bool = False) -> Setting:
    """The environment as the rules see it. Other environments are named only to people who may see them.

    `relink` leaves this environment's own link out of the question, for checking or replacing a link that exists. An
    environment that is not made yet has no link, and a backend without any resource.
    """
    links = CognitoLink.objects.select_related("environment__project").filter(user_pool_id=user_pool_id)
    others = tuple(
        OtherLink(
            label=label_of(link.environment, beside=environment, sees=sees),
            production=link.environment.production,
        )
        for link in links.exclude(environment_id=environment.pk)
    )
    linked = not relink and environment.pk and CognitoLink.objects.filter(environment=environment).exists()
    backend = known_backend(environment)
    facts = backend.facts if backend else {}
    return Setting(
        kind=environment.kind,  # type: ignore[arg-type]
        region=environment.region,
        project_name=amplify_name(environment),
        environment_name=environment.name,
        resource_name=resource_name(amplify_name(environment)),
        # What somebody has imported with the Amplify CLI is no obstacle: the same can be linked here, or another.
        existing_auth="imported" if linked else "managed" if _has_managed_auth(facts) else "",
        other_links=others,
        needs_guests=tuple(facts.get("needs_guests", ())),
        needs_identity_pool=tuple(facts.get("needs_identity_pool", ())),
        has_rest_api=bool(facts.get("rest_api")),
        backend_read=backend is not None or environment.pk is None,
    )


def _has_managed_auth(facts: Mapping[str, Any]) -> bool:
    return any(not one["imported"] for one in facts.get("auth", ()))


def own_project(environment: Environment) -> SeesEnvironment:
    """For what is kept and read by every member: names only environments of the same project."""
    return lambda other: other.project_id == environment.project_id


def for_reader(
    findings: Collection[Finding], environment: Environment, user_pool_id: str, sees: SeesEnvironment
) -> tuple[Finding, ...]:
    """Kept findings as one person may read them: which other environments use the pool is judged anew."""
    setting = setting_of(environment, user_pool_id=user_pool_id, sees=sees, relink=True)
    not_asked = Fault("unavailable", "", "", "")
    observation = Observation(choice=Choice(user_pool_id, "", ""), setting=setting, pool=not_asked)
    rule = next(rule for rule in rules.RULES if rule.id == SHARED)
    return tuple(rule.check(observation, RuleSet.ADMIN_UI) if one.id == SHARED else one for one in findings)


def preflight(
    *,
    environment: Environment,
    choice: Choice,
    sees: SeesEnvironment,
    rule_set: RuleSet = RuleSet.ADMIN_UI,
    relink: bool = False,
) -> Preflight:
    """Run every rule over the choice. Read calls only; a failed call becomes a finding, never an exception."""
    observation = observe(
        target=environment.target,
        choice=choice,
        setting=setting_of(environment, user_pool_id=choice.user_pool_id, sees=sees, relink=relink),
        seconds=settings.SCREEN_DEADLINE_SECONDS,
    )
    return Preflight(
        observation=observation,
        rule_set=rule_set,
        findings=rules.run(observation, rule_set),
        outputs=outputs_of(observation),
    )


def secret_digest(outputs: AuthOutputs) -> str:
    """A keyed hash of the native client's secret, "" without one."""
    return digest_of_secret(outputs.native_client_secret)


def digest_of_secret(secret: str) -> str:
    if not secret:
        return ""
    return salted_hmac("auth_import.native-client-secret", secret, algorithm="sha256").hexdigest()
