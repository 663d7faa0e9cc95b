"""From the choices to the plan: everything that is asked and judged before a new environment may be made."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.record import Actor
from auth_import import rules, services
from auth_import.findings import Finding, RuleSet
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from auth_import.plan import ImportPlan
from auth_import.preflight import Preflight, SeesEnvironment, known_backend, preflight
from aws import app_clients, user_pools
from aws.errors import AwsError, Fault
from aws.resources import AppClient, Group
from aws.side_by_side import Pending, Together
from deployments.cloning.addresses import ClientUrls, Comparison, Production, compare
from deployments.cloning.checks import Check, check_place, unread_place
from deployments.cloning.models import PlannedClone
from deployments.cloning.parcels import Parcel, parcels_of
from deployments.cloning.plan import Carried, ClonePlan, Resources
from environments.models import Environment, Project

UNUSED_PLANS_ARE_KEPT = timedelta(days=7)


class NotReady(Exception):
    """Why there is no plan, in words. `checks` and `findings` are what was asked; `blocking` the ids that refuse."""

    def __init__(self, words: str, prepared: "Prepared", blocking: tuple[str, ...] = ()) -> None:
        super().__init__(words)
        self.prepared = prepared
        self.blocking = blocking


@dataclass(frozen=True, slots=True)
class Wanted:
    """A complete draft. `choice` is None for NONE and SCRATCH; `link` is the source's."""

    new: Environment
    source: Environment | None
    link: CognitoLink | None
    suffix: str
    resources: Resources
    choice: Choice | None
    carried: tuple[Carried, ...] = ()

    @property
    def rule_set(self) -> RuleSet:
        """What was linked by the Amplify CLI's own rules is judged by them in a copy as well."""
        return self.link.rule_set if self.link and self.resources is Resources.SAME else RuleSet.ADMIN_UI


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that was found out. Nothing of it is kept but what reaches the plan."""

    wanted: Wanted
    account: str
    checks: tuple[Check, ...]
    preflight: Preflight | None
    comparison: Comparison
    parcels: tuple[Parcel, ...]
    facts_read: datetime | None

    @property
    def failing(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.is_failing)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that nobody may accept."""
        found = rules.blocking(self.preflight.findings) if self.preflight else ()
        return tuple(finding for finding in found if not finding.overridable)

    @property
    def acceptable(self) -> tuple[Finding, ...]:
        return rules.needs_acceptance(self.preflight.findings) if self.preflight else ()


def prepare(wanted: Wanted, *, sees: SeesEnvironment) -> Prepared:
    """Ask AWS everything, the independent calls at the same time, and judge it. Raises no AwsError."""
    new, source = wanted.new, wanted.source
    is_taken = new.project.environments.filter(name=new.name).exists()
    productions = _production_links(wanted) if wanted.choice else []
    with Together() as together:
        place = together.start(check_place, new, suffix=wanted.suffix, is_taken=is_taken)
        groups, clients = _source_reads(together, wanted)
        theirs = {one.pk: _clients(together, one) for one in productions if _is_read(one, wanted)}
        # The rules' reads go on beside these. Of all threads, only this one asks the database.
        checked = (
            preflight(environment=new, choice=wanted.choice, sees=sees, rule_set=wanted.rule_set)
            if wanted.choice
            else None
        )
        try:
            account, checks = place.result()
        except AwsError as error:
            account, checks = "", unread_place(new, error, is_taken=is_taken)
        source_groups = groups.outcome() if groups else None
        source_clients = _answer(clients)
        their_clients = {pk: _answer(asked) for pk, asked in theirs.items()}
        if wanted.link:
            their_clients[wanted.link.pk] = source_clients
    known = known_backend(source) if source else None
    parcels = parcels_of(
        source,
        known,
        resources=wanted.resources,
        groups=source_groups,
        new_groups=checked.observation.groups if checked else None,
    )
    return Prepared(
        wanted=wanted,
        account=account,
        checks=checks,
        preflight=checked,
        comparison=_comparison(wanted, checked, source_clients, _productions(productions, wanted, their_clients, sees))
        if checked
        else Comparison(),
        parcels=parcels,
        facts_read=known.read if known else None,
    )


Clients = Mapping[str, AppClient | Fault]


def _source_reads(
    together: Together, wanted: Wanted
) -> tuple[Pending[tuple[Group, ...]] | None, Pending[Clients] | None]:
    """The source's groups and clients, where the new environment does not have the very same ones."""
    source, link = wanted.source, wanted.link
    if source is None or link is None or wanted.resources is not Resources.OTHERS or wanted.choice is None:
        return None, None
    groups = None
    if link.user_pool_id != wanted.choice.user_pool_id:
        groups = together.start(user_pools.list_groups, source.target, link.user_pool_id)
    return groups, _clients(together, link)


def _clients(together: Together, link: CognitoLink) -> Pending[Clients]:
    ids = list(dict.fromkeys((link.web_client_id, link.native_client_id)))
    return together.start(app_clients.describe_app_clients, link.environment.target, link.user_pool_id, ids)


def _answer(asked: Pending[Clients] | None) -> Clients:
    """What was read of the clients, nothing where that was not in time."""
    read = asked.outcome() if asked else {}
    return {} if isinstance(read, Fault) else read


def _comparison(
    wanted: Wanted, checked: Preflight, source_clients: Clients, productions: Sequence[Production]
) -> Comparison:
    seen, link = checked.observation, wanted.link
    new = _both(checked.observation.choice, seen.web_client, seen.native_client)
    source: tuple[ClientUrls, ...] = ()
    if link and wanted.resources is Resources.SAME:
        source = new
    elif link:
        source = _both(link.choice, *(source_clients.get(one) for one in (link.web_client_id, link.native_client_id)))
    return compare(
        name=wanted.new.name,
        is_production=wanted.new.production,
        new=new,
        source=source,
        productions=productions,
    )


def _both(choice: Choice, web: AppClient | Fault | None, native: AppClient | Fault | None) -> tuple[ClientUrls, ...]:
    """The web and the mobile client; one that is both stands once."""
    if choice.web_client_id == choice.native_client_id:
        return (_urls("web and mobile", choice.web_client_id, web),)
    return _urls("web", choice.web_client_id, web), _urls("mobile", choice.native_client_id, native)


def _urls(use: str, client_id: str, read: AppClient | Fault | None) -> ClientUrls:
    if not isinstance(read, AppClient):
        return ClientUrls(use=use, id=client_id, name="", is_read=False)
    return ClientUrls(
        use=use, id=read.id, name=read.name, callbacks=read.callback_urls or (), logouts=read.logout_urls or ()
    )


def _production_links(wanted: Wanted) -> list[CognitoLink]:
    """The environments marked production: those of this project, and whoever else uses the chosen user pool."""
    rows = CognitoLink.objects.select_related("environment__project").filter(environment__production=True)
    pool = wanted.choice.user_pool_id if wanted.choice else ""
    return list(rows.filter(Q(environment__project=wanted.new.project) | Q(user_pool_id=pool)))


def _is_read(production: CognitoLink, wanted: Wanted) -> bool:
    """Whether AWS is asked for a production's addresses: its snapshot has none of the mobile client's.

    Not with another project's credentials, and not again where it is the source, or has the very same clients.
    """
    own = production.environment.project_id == wanted.new.project_id
    return own and production != wanted.link and production.choice != wanted.choice


def _productions(
    links: Iterable[CognitoLink], wanted: Wanted, read: Mapping[int, Clients], sees: SeesEnvironment
) -> list[Production]:
    found = []
    for link in links:
        environment = link.environment
        own = environment.project_id == wanted.new.project_id
        name = environment.name if own else str(environment)
        web = link.auth_outputs.web_oauth
        clients = [one for one in read.get(link.pk, {}).values() if isinstance(one, AppClient)]
        present = {url for one in clients for url in (*(one.callback_urls or ()), *(one.logout_urls or ()))}
        found.append(
            Production(
                label=name if sees(environment) else "a production environment",
                client_ids=frozenset((link.web_client_id, link.native_client_id)),
                urls=frozenset({*web.callback_urls, *web.logout_urls, *present}),
            )
        )
    return found


def plan_of(prepared: Prepared, *, accepted: Collection[str] = (), reason: str = "") -> ClonePlan:
    """The frozen plan. Raises NotReady where something stands in the way, ValueError for a missing reason."""
    wanted, new = prepared.wanted, prepared.wanted.new
    if prepared.failing:
        named = "; ".join(f"{check.title}: {check.observed}" for check in prepared.failing)
        raise NotReady(f"Nothing can be made like this. {named}.", prepared, tuple(one.id for one in prepared.failing))
    refused = [one for one in prepared.parcels if one.kind in wanted.carried and one.refusal]
    if refused:
        raise NotReady(" ".join(one.refusal for one in refused), prepared, tuple(str(one.kind) for one in refused))
    auth: ImportPlan | None = None
    if prepared.preflight:
        try:
            auth = services.plan_of(prepared.preflight, environment=new, accepted=accepted, reason=reason)
        except services.Refused as error:
            raise NotReady(str(error), prepared, error.blocking) from error
    offered = {one.kind for one in prepared.parcels}
    return ClonePlan(
        source=wanted.source.name if wanted.source else "",
        name=new.name,
        kind=new.kind,
        region=new.region,
        role_arn=new.role_arn,
        external_id=new.external_id,
        app_id=new.app_id,
        app_name=new.app_name,
        suffix=wanted.suffix if new.is_amplify else "",
        production=new.production,
        resources=wanted.resources,
        auth=auth,
        carried=tuple(one for one in wanted.carried if one in offered),
    )


@transaction.atomic
def keep_plan(*, plan: ClonePlan, project: Project, source: Environment | None, actor: Actor) -> PlannedClone:
    """The reviewed plan as a row, which the page shows and the job applies. Old ones that nobody applied go."""
    old = timezone.now() - UNUSED_PLANS_ARE_KEPT
    PlannedClone.objects.filter(project=project, job=None, created__lt=old).delete()
    return PlannedClone.objects.create(
        project=project, source=source, document=plan.to_dict(), created_by_name=actor.name
    )
