#!/usr/bin/env python
"""Django's command line for Admin UI."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_ui.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A setting is missing or wrong; the words say which, and where in Django it was noticed helps nobody.
        sys.exit(f"The console cannot start. {error}")


if __name__ == "__main__":
    main()
