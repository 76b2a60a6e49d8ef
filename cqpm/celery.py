"""The Celery application. Tasks carry ids only: the row in the database is the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqpm.settings")

app = Celery("cqpm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
