"""The picture work as a Celery task."""

from uuid import UUID

from celery import shared_task

from pictures import services


@shared_task
def process_picture(picture_id: str) -> None:
    """Do the work on one stored picture."""
    services.process(UUID(picture_id))
