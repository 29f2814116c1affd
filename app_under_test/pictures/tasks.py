"""The Celery task that processes a picture."""

from uuid import UUID

from celery import Task, shared_task

from pictures import services


@shared_task(bind=True)
def process_picture(self: "Task[[str], None]", picture_id: str) -> None:
    """Process one stored picture."""
    services.process(UUID(picture_id), node=self.request.hostname or "")
