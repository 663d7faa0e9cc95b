"""Where the cells and the menus of the matrix lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from environments.permissions import Permission

# An environment's name begins with a letter, so this one is nobody's.
_NOBODY = "-"
NEEDS: Mapping[str, Permission] = {
    "environment-settings": Permission.MANAGE_ENVIRONMENTS,
    "remove-environment": Permission.MANAGE_ENVIRONMENTS,
    "clone": Permission.CLONE,
    "import": Permission.IMPORT_AUTH,
    "swap": Permission.IMPORT_AUTH,
    "cognito": Permission.IMPORT_AUTH,
}
"""What not everybody who sees the environment may do. Where one cannot change what a cell says, it leads nowhere."""
PARTS: Mapping[str, tuple[str, str]] = {
    "files": ("authentication", "#files"),
    "cognito": ("authentication", ""),
    "watch-settings": ("drift", ""),
    "scratch": ("authentication", ""),
}
"""Places that are a part of another route's page."""
MENU = (
    ("environment", "Overview", "house"),
    ("clone", "Clone", "copy"),
    ("environment-settings", "Settings", "settings"),
    ("remove-environment", "Remove", "trash-2"),
)


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: str
    icon: str
    address: str


class Addresses:
    """The pages of a project's environments. A route is looked up once and serves every column."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._routes: dict[str, tuple[str, str]] = {}

    def of(self, route: str, environment: str) -> str:
        """The address of the route in the environment."""
        page, anchor = PARTS.get(route, (route, ""))
        if page not in self._routes:
            before, _, after = reverse(page, args=[self._project, _NOBODY]).rpartition(f"/{_NOBODY}/")
            self._routes[page] = before, after
        before, after = self._routes[page]
        return f"{before}/{environment}/{after}{anchor}"

    @cached_property
    def _job(self) -> str:
        return reverse("jobs:detail", args=[self._project, _NOBODY])

    def of_job(self, job: str) -> str:
        return f"{self._job.removesuffix(f'{_NOBODY}/')}{job}/"

    def reachable(self, route: str, environment: str, granted: frozenset[Permission]) -> str:
        """The same for a reader who may go there, and "" for others."""
        return self.of(route, environment) if NEEDS.get(route, Permission.VIEW) in granted else ""

    def menu(self, environment: str, granted: frozenset[Permission]) -> Iterator[MenuItem]:
        """What one may do with an environment as a whole."""
        for route, label, icon in MENU:
            if address := self.reachable(route, environment, granted):
                yield MenuItem(label, icon, address)
