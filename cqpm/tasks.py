"""What walks every floor, night after night."""

from celery import shared_task

from cqpm import personal_data


@shared_task
def purge():
    """Effaces what has had its time (`docs/exploitation.md`, «Données personnelles»). Missed nights are caught up."""
    personal_data.purge()
