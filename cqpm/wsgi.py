"""The WSGI entry point gunicorn loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqpm.settings")

application = get_wsgi_application()
