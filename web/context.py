"""What the base template needs on every page, whoever is looking."""

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark", "system")
THEME_COOKIE = "theme"


def appearance(request: HttpRequest) -> dict[str, object]:
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return {
        "theme": theme if theme in THEMES else "system",
        "themes": THEMES,
        "sandbox": bool(getattr(settings, "SANDBOX", False)),
        "styleguide": styleguide_is_shown(),
    }


def styleguide_is_shown() -> bool:
    return settings.DEBUG or bool(getattr(settings, "SANDBOX", False))
