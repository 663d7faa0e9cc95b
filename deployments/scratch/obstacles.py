"""What keeps an environment from getting resources of its own, or from losing them, in words."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from auth_import.dependents import dependents_of
from auth_import.models import CognitoLink
from auth_import.preflight import SeesEnvironment, label_of, own_project, setting_of
from backend_state.models import KnownBackend
from environments.models import Environment
from jobs.models import Job


def obstacle(environment: Environment, *, apart_from: Collection[Job] = ()) -> str:
    """Why nothing can be made from nothing here; "" when nothing stands in the way. Asks no AWS."""
    link = CognitoLink.objects.filter(environment=environment).first()
    if link:
        return (
            f"This environment is linked to {link.user_pool_name} already. Unlink that first; its resources stay."
            if not link.is_managed
            else f"This environment has {link.user_pool_name}, which this console made. Remove or unlink that first."
        )
    if setting_of(environment, user_pool_id="", sees=lambda _: False).existing_auth == "managed":
        return (
            "The Amplify backend of this environment has an auth resource of its own, made by amplify add auth. "
            "Remove it there first (amplify remove auth, amplify push), then pull here."
        )
    return at_work_words(environment, apart_from=apart_from)


def at_work_words(environment: Environment, *, apart_from: Collection[Job] = ()) -> str:
    """Which job is at work in the environment, "" when none is."""
    running = at_work(environment, apart_from=apart_from)
    return f"“{running.title}” is at work in this environment. Wait until it has finished." if running else ""


def at_work(environment: Environment, *, apart_from: Collection[Job] = ()) -> Job | None:
    rows = Job.objects.filter(environment=environment).unfinished().select_related("project")
    return rows.exclude(pk__in=[job.pk for job in apart_from]).first()


@dataclass(frozen=True, slots=True)
class OtherUse:
    """Another environment that uses the resources, named as far as the reader may see it."""

    label: str
    words: str
    production: bool


def others_on(
    environment: Environment, user_pool_id: str, identity_pool_id: str, *, sees: SeesEnvironment
) -> list[OtherUse]:
    """Who else uses the user pool or the identity pool: by a link, or in an Amplify backend as it was last read."""
    pools = {user_pool_id: "user pool", identity_pool_id: "identity pool"}
    pools.pop("", None)
    linked = Q(cognito_link__user_pool_id__in=pools) | Q(cognito_link__identity_pool_id__in=pools)
    left = Q(unpushed_unlink__user_pool_id__in=pools) | Q(pk__in=_having(pools))
    rows = Environment.objects.filter(linked | left).exclude(pk=environment.pk)
    found = []
    for one in rows.select_related("project", "cognito_link").distinct():
        link: CognitoLink | None = getattr(one, "cognito_link", None)
        used = [pools[pool] for pool in (link.user_pool_id, link.identity_pool_id) if pool in pools] if link else []
        words = f"is linked to the {used[0]}" if used else "has it in its Amplify backend"
        found.append(OtherUse(label_of(one, beside=environment, sees=sees), words, one.production))
    return found


def _having(pools: Collection[str]) -> list[int]:
    """The environments whose backend has one of the pools, linked here or not."""
    rows = KnownBackend.objects.values_list("environment_id", "facts__auth")
    return [
        pk
        for pk, auth in rows
        if any(one.get(key) in pools for one in auth or () for key in ("user_pool_id", "identity_pool_id"))
    ]


def others_words(environment: Environment, user_pool_id: str, identity_pool_id: str) -> str:
    """Who else uses the resources, as every member may read it; "" when nobody does."""
    others = others_on(environment, user_pool_id, identity_pool_id, sees=own_project(environment))
    if not others:
        return ""
    return f"They are used elsewhere too: {', '.join(dict.fromkeys(f'{one.label} {one.words}' for one in others))}."


def blocking(link: CognitoLink) -> list[str]:
    """What keeps a managed link's resources from being removed, in sentences that every member may read."""
    found = [f"{one.title}: {one.words}" for one in dependents_of(link) if one.blocks]
    return [*found, *filter(None, [others_words(link.environment, link.user_pool_id, link.identity_pool_id)])]
