"""Assembles the floors: settings, URLs, Celery, the home page, the demonstration.

Knows every app; holds no model; is imported by none.
"""

from cqpm.celery import app as celery_app

__all__ = ["celery_app"]
