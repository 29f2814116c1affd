"""Puts a picture's id on the queue, within a time that a person at the door will wait."""

import time

from celery import current_app
from django.conf import settings
from kombu import Connection, pools
from kombu.exceptions import ChannelError, KombuError

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

#: How long a count of what waits is good for. Asking for each upload would cost each a way to the broker and back.
_COUNT_HOLDS_S = 0.5


class Backlog:
    """How many messages wait, as this process has last heard."""

    def __init__(self) -> None:
        self._waiting, self._good_until = 0, 0.0

    def is_full(self) -> bool:
        if time.monotonic() > self._good_until:
            self._waiting, self._good_until = waiting(), time.monotonic() + _COUNT_HOLDS_S
        return self._waiting >= int(settings.QUEUE_MOST_WAITING)


_backlog = Backlog()


def enqueue(picture: Picture) -> None:
    """Queue the work on a picture, or mark it failed and raise.

    The row is committed before the message goes out, or a quick worker would not find it.
    """
    picture.enqueued_at = clock.now()
    picture.save(update_fields=["enqueued_at"])
    if not settings.KEEPS_PROMISE:
        process_picture.delay(str(picture.id))
        return
    try:
        full = _backlog.is_full()
        if not full:
            publish(picture)
    except (KombuError, OSError) as error:
        # Marked and not deleted: another request with the same key may have answered with its address.
        services.give_up(picture, "queue_unavailable")
        raise PictureError("queue_unavailable") from error
    if full:
        services.give_up(picture, "queue_full")
        raise PictureError("queue_full")


def publish(picture: Picture) -> None:
    """Send the id only: the worker reads the stored file."""
    with pools.producers[_connection()].acquire(block=True, timeout=1) as producer:
        process_picture.apply_async((str(picture.id),), task_id=str(picture.id), producer=producer)


def waiting() -> int:
    """Messages that no worker has in hand."""
    with pools.producers[_connection()].acquire(block=True, timeout=1) as producer:
        try:
            return int(producer.channel.queue_declare(current_app.conf.task_default_queue, passive=True).message_count)
        except ChannelError:
            # No such queue: nobody has sent anything yet.
            producer.revive(producer.connection.channel())
            return 0


def _connection() -> Connection:
    return current_app.connection_for_write(transport_options=_DOOR_TIMEOUTS)
