"""Publishes again the pictures that wait in the database and whose message was lost."""

import logging

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from pictures.models import Endpoint, Picture, State
from pictures.publishing import head_published_at, publish
from pictures.storage import WholeFileStorage
from project import clock
from project.profiles import TASK_TIME_LIMIT_S

log = logging.getLogger(__name__)

#: Pictures that one sweep publishes; the next sweep takes the next ones.
BATCH = 500

#: Messages are taken in the order in which they were published, but for workers that take them at the same time.
OUT_OF_ORDER_S = 1.0

#: After this time a worker with unfinished work is dead, and so is a web process that has not published yet.
DEAD_AFTER_S = TASK_TIME_LIMIT_S + 5


def republish_lost() -> int:
    """Publish lost pictures again; return how many.

    A picture that no worker has started although later ones are at the head of the queue, or nothing waits there, has
    lost its message: with its broker, or with a worker that held it. One published too often does no harm.
    """
    if not settings.RELIABLE_DELIVERY:
        return 0
    now = clock.now()
    queued = Picture.objects.filter(endpoint=Endpoint.QUEUE)
    queued.filter(state=State.PROCESSING, started_at__lt=now - DEAD_AFTER_S).update(state=State.QUEUED)
    published = queued.filter(state=State.QUEUED).annotate(published_at=Coalesce(F("republished_at"), F("enqueued_at")))
    lost = published.filter(Q(published_at__lt=_border(now)) | Q(enqueued_at=None, received_at__lt=now - DEAD_AFTER_S))
    return sum(_republish(picture) for picture in lost.order_by("received_at")[:BATCH])


def clean_partial_files() -> int:
    """Remove half-written files of dead processes; return how many."""
    storage = storages["default"]
    return storage.remove_abandoned(DEAD_AFTER_S) if isinstance(storage, WholeFileStorage) else 0


def _border(now: float) -> float:
    """Return the time before which no waiting message can have been published [Unix s]."""
    head, long_ago = head_published_at(), now - float(settings.SWEEP_AFTER_S)
    return long_ago if head is None else min(long_ago, head - OUT_OF_ORDER_S)


def _republish(picture: Picture) -> bool:
    """Whether it was published here: of two sweepers one does it, and a picture started meanwhile is left alone."""
    still = Picture.objects.filter(id=picture.id, state=State.QUEUED, republished_at=picture.republished_at)
    now = clock.now()
    if not still.update(republished_at=now, enqueued_at=Coalesce(F("enqueued_at"), now)):
        return False
    publish(picture)
    log.warning("Picture %s had no message in the queue. It was published again.", picture.id)
    return True
