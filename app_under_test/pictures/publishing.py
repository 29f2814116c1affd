"""Puts a picture's id on the queue, within a time that a person at the door will wait."""

import json
import time
from typing import Any, NoReturn

from celery import current_app
from django.conf import settings
from kombu import Connection, pools
from kombu.exceptions import ChannelError, KombuError

from pictures import services
from pictures.models import Door, Picture, State
from pictures.reasons import PictureError
from pictures.tasks import process_picture
from project import clock

#: A frozen broker must not hold the door for as long as a worker may wait for a message.
_DOOR_TIMEOUTS = (
    {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "max_retries": 1}
    if settings.BROKER_IS_REDIS
    else {"read_timeout": 1, "write_timeout": 1, "connect_timeout": 1}
)

#: How long a count of what waits is good for: counting for each upload would cost more the longer the queue is.
_COUNT_HOLDS_S = 0.5


class Backlog:
    """Whether more pictures wait than may, by this process's last count."""

    def __init__(self) -> None:
        self._waiting, self._good_until = 0, 0.0

    def is_full(self) -> bool:
        if time.monotonic() > self._good_until:
            # The database's count: a frozen broker would hold the door for as long again.
            self._waiting = Picture.objects.filter(door=Door.QUEUE, state=State.QUEUED).count()
            self._good_until = time.monotonic() + _COUNT_HOLDS_S
        return self._waiting > int(settings.QUEUE_MOST_WAITING)


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
    if _backlog.is_full():
        _refuse(picture, "queue_full")
    try:
        publish(picture)
    except (KombuError, OSError):
        _refuse(picture, "queue_unavailable")


def _refuse(picture: Picture, reason: str) -> NoReturn:
    """Marked and not deleted: another request with the same key may have answered with its address."""
    services.give_up(picture, reason)
    raise PictureError(reason)


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


def oldest_waiting() -> str | None:
    """The id of the task whose message will be taken next; None if none waits."""
    with pools.producers[_connection()].acquire(block=True, timeout=1) as producer:
        return _oldest(producer.channel, current_app.conf.task_default_queue) if waiting() else None


def _oldest(channel: Any, queue: str) -> str | None:
    if settings.BROKER_IS_REDIS:
        raw = channel.client.lindex(queue, -1)
        return json.loads(raw)["headers"]["id"] if raw else None
    # RabbitMQ shows a message only to whoever takes it, and puts it back where it was.
    message = channel.basic_get(queue)
    if message is None:
        return None
    channel.basic_reject(message.delivery_tag, requeue=True)
    return str(message.headers["id"])


def _connection() -> Connection:
    return current_app.connection_for_write(transport_options=_DOOR_TIMEOUTS)
