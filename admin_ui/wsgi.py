"""The WSGI entry point: `granian --interface wsgi admin_ui.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_ui.settings")
application = get_wsgi_application()
