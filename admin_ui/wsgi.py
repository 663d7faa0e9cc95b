"""The WSGI entry point: `granian --interface wsgi admin_ui.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_ui.settings")
application = get_wsgi_application()

from admin_ui.apps import warm_clients  # noqa: E402  (models can be read only after the application is set up)

warm_clients()
