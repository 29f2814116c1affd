"""Puts on the queue again what waits in the database and not in the queue: its message was lost."""

import logging

from django.conf import settings
from django.db.models.functions import Coalesce

from pictures.models import Door, Picture, State
from pictures.publishing import publish, waiting
from project import clock

log = logging.getLogger(__name__)

#: Pictures that one look publishes; the next look takes the next ones.
BATCH = 500


def sweep() -> int:
    """Publish what was lost; returns how many pictures.

    As long as messages wait, a picture's own may be among them. When none does, a picture that nobody has begun has
    lost its message: with its broker, or with a worker that held it. One published too often does no harm.
    """
    if waiting():
        return 0
    since = Coalesce("republished_at", "enqueued_at", "received_at")
    overdue = Picture.objects.filter(door=Door.QUEUE, state=State.QUEUED).annotate(since=since)
    lost = overdue.filter(since__lt=clock.now() - settings.SWEEP_AFTER_S).order_by("received_at")[:BATCH]
    return sum(_republish(picture) for picture in lost)


def _republish(picture: Picture) -> bool:
    """Whether it was published here: of two sweepers one does it, and a picture begun meanwhile is left alone."""
    still = Picture.objects.filter(id=picture.id, state=State.QUEUED, republished_at=picture.republished_at)
    if not still.update(republished_at=clock.now()):
        return False
    publish(picture)
    log.warning("Picture %s had no message in the queue and was published again.", picture.id)
    return True
