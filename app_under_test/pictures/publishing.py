"""Puts a picture's id on the queue, within a time that a person at the door will wait."""

from celery import current_app
from django.conf import settings
from kombu import pools
from kombu.exceptions import KombuError

from pictures import services
from pictures.models import Picture
from pictures.reasons import PictureError
from pictures.tasks import process_picture
from project import clock

#: A frozen broker must not hold the door for as long as a worker may wait for a message.
_DOOR_TIMEOUTS = (
    {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "max_retries": 1}
    if settings.BROKER_IS_REDIS
    else {"read_timeout": 1, "write_timeout": 1, "connect_timeout": 1}
)


def enqueue(picture: Picture) -> None:
    """Queue the work on a picture, or mark it failed and raise.

    The row is committed before the message goes out, or a quick worker would not find it.
    """
    picture.enqueued_at = clock.now()
    picture.save(update_fields=["enqueued_at"])
    try:
        _publish(picture)
    except (KombuError, OSError) as error:
        # Marked and not deleted: another request with the same key may have answered with its address.
        services.give_up(picture, "queue_unavailable")
        raise PictureError("queue_unavailable") from error


def _publish(picture: Picture) -> None:
    """Send the id only: the worker reads the stored file."""
    connection = current_app.connection_for_write(transport_options=_DOOR_TIMEOUTS)
    with pools.producers[connection].acquire(block=True, timeout=1) as producer:
        process_picture.apply_async((str(picture.id),), task_id=str(picture.id), producer=producer)
