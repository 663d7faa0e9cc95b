"""Where the wizard for a new environment stands: in which project, from which source, with which choices so far."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.http import HttpRequest
from django.urls import reverse

from auth_import.models import CognitoLink
from auth_import.preflight import SeesEnvironment, link_of
from deployments.cloning.checks import is_same_place
from deployments.cloning.forms import Draft
from deployments.cloning.options import sharing_of
from deployments.cloning.plan import Resources
from deployments.cloning.preparing import Wanted
from environments import access
from environments.models import Environment, Project
from environments.permissions import Permission

AT_ONCE = (Resources.NONE, Resources.SCRATCH)


@dataclass(frozen=True)
class Start:
    """One wizard. Without a `source` it is the page *Create environment*."""

    project: Project
    source: Environment | None
    draft: Draft

    @classmethod
    def of(cls, request: HttpRequest, project: Project, source: Environment | None) -> Self:
        sent = request.method == "POST"
        data = request.POST if sent else request.GET
        start = cls(project, source, Draft(data, project=project, source=source, sent=sent))
        if start.leaves_the_account:
            # Who may clone where the source is may not by that reach other accounts, least of all with a token.
            access.project(request, project.slug, needs=Permission.MANAGE_ENVIRONMENTS)
        return start

    @property
    def leaves_the_account(self) -> bool:
        """Whether the new environment is reached by another role than its source."""
        new = self.draft.environment
        return self.source is not None and new is not None and not is_same_place(new.target, self.source.target)

    @property
    def route(self) -> dict[str, str]:
        return {"project": self.project.slug} | ({"env": self.source.name} if self.source else {})

    @property
    def page(self) -> str:
        return reverse("clone" if self.source else "create-environment", kwargs=self.route)

    @property
    def choosing_name(self) -> str:
        return "clone-resources" if self.source else "create-environment-resources"

    @property
    def choosing(self) -> str:
        """The page of the import, for the new environment."""
        return reverse(self.choosing_name, kwargs=self.route)

    @property
    def title(self) -> str:
        return f"Clone {self.source.name}" if self.source else "Create environment"

    @cached_property
    def link(self) -> CognitoLink | None:
        return link_of(self.source) if self.source else None

    @property
    def connects(self) -> bool:
        """Whether an Amplify backend environment that exists is meant: nothing has to be made or chosen then."""
        new = self.draft.environment
        return self.source is None and new is not None and new.is_amplify

    @property
    def creates_at_once(self) -> bool:
        """Whether what is wanted is a row of this console and nothing else."""
        return self.source is None and self.draft.resources in AT_ONCE

    @property
    def wanted(self) -> Wanted:
        draft, link = self.draft, self.link
        assert draft.environment
        assert draft.resources
        return Wanted(
            new=draft.environment,
            source=self.source,
            link=link,
            suffix=draft.suffix,
            resources=draft.resources,
            choice=link.choice if link and draft.resources is Resources.SAME else draft.choice,
            carried=draft.carried,
        )

    @property
    def fields(self) -> dict[str, Any]:
        """The new environment's fields, as the database takes them."""
        new = self.draft.environment
        assert new
        names = ("name", "kind", "region", "role_arn", "external_id", "app_id", "production")
        return {name: getattr(new, name) for name in names}

    def warnings(self, sees: SeesEnvironment) -> tuple[str, ...]:
        """What whoever shares the source's resources is told."""
        new, link = self.draft.environment, self.link
        if new is None or link is None or self.draft.resources is not Resources.SAME:
            return ()
        return sharing_of(new, link, sees)

    @property
    def context(self) -> dict[str, Any]:
        draft = self.draft
        return {
            "project": self.project,
            "start": self,
            "source": self.source,
            "draft": draft,
            "new": draft.environment,
            "again": f"{self.page}?{draft.place_query}&step=1" if draft.environment else self.page,
        }
