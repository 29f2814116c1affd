"""Publishes a picture's id to the queue, within the time that a client waits for a response."""

import json
import time
from typing import Any

from celery import current_app
from django.conf import settings
from kombu import Connection, pools
from kombu.exceptions import ChannelError

from pictures import services
from pictures.models import Endpoint, Picture, State
from pictures.reasons import PictureError
from pictures.tasks import process_picture
from project import clock
from project.broker import BROKER_ERRORS

#: A frozen broker must not block the request for as long as a worker may wait for a message.
_ENDPOINT_TIMEOUTS = (
    {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    if settings.BROKER_IS_REDIS
    else {"read_timeout": 1, "write_timeout": 1, "connect_timeout": 1}
) | {"max_retries": 1, "interval_start": 0}

#: The header of a message that says when it was published [Unix s].
_PUBLISHED_AT = "published_at"

#: How long a count of what waits is good for: counting for each upload would cost more the longer the queue is.
_COUNT_HOLDS_S = 0.5


class Backlog:
    """Whether the queue is full, by this process's last count."""

    def __init__(self) -> None:
        self._waiting, self._good_until = 0, 0.0

    def is_full(self) -> bool:
        if time.monotonic() > self._good_until:
            # The database's count: a frozen broker would block the request for as long again.
            self._waiting = Picture.objects.filter(endpoint=Endpoint.QUEUE, state=State.QUEUED).count()
            self._good_until = time.monotonic() + _COUNT_HOLDS_S
        return self._waiting >= int(settings.QUEUE_MOST_WAITING)


_backlog = Backlog()


def refuse_if_full() -> None:
    """Raise if too many pictures are waiting, before anything is stored."""
    if settings.RELIABLE_DELIVERY and _backlog.is_full():
        raise PictureError("queue_full")


def waiting_before(picture: Picture) -> int:
    """Count the waiting pictures ahead of a waiting one."""
    waiting = Picture.objects.filter(endpoint=Endpoint.QUEUE, state=State.QUEUED)
    return waiting.filter(received_at__lt=picture.received_at).count() if picture.state == State.QUEUED else 0


def enqueue(picture: Picture) -> None:
    """Publish a picture, or mark it failed and raise.

    The row is committed before the message goes out, or a quick worker would not find it.
    """
    picture.enqueued_at = clock.now()
    picture.save(update_fields=["enqueued_at"])
    if not settings.RELIABLE_DELIVERY:
        process_picture.delay(str(picture.id))
        return
    try:
        publish(picture)
    except BROKER_ERRORS as error:
        # Marked and not deleted: another request with the same key may have answered with its URL.
        services.mark_failed(picture, "queue_unavailable")
        raise PictureError("queue_unavailable") from error


def publish(picture: Picture) -> None:
    """Send a message with the picture's id; the worker reads the stored file."""
    about = {_PUBLISHED_AT: str(clock.now())}
    with pools.producers[endpoint_connection()].acquire(block=True, timeout=1) as producer:
        process_picture.apply_async((str(picture.id),), task_id=str(picture.id), producer=producer, headers=about)


def head_published_at() -> float | None:
    """When the message was published that will be taken next [Unix s]; None if none waits, 0 if that cannot be told."""
    with pools.producers[endpoint_connection()].acquire(block=True, timeout=1) as producer:
        try:
            headers = _head(producer.channel, current_app.conf.task_default_queue)
        except ChannelError:
            # No such queue: nobody has sent anything yet.
            return None
    return None if headers is None else _published_at(headers)


def _published_at(headers: dict[str, Any]) -> float:
    """Return the publishing time in the headers, 0 if there is none."""
    try:
        return float(headers.get(_PUBLISHED_AT, 0))
    except (TypeError, ValueError):
        return 0.0


def _head(channel: Any, queue: str) -> dict[str, Any] | None:
    """The headers of the message at the head of the queue; none at all where they cannot be seen."""
    if settings.BROKER_IS_REDIS:
        raw = channel.client.lindex(queue, -1)
        return None if raw is None else _headers(raw)
    if current_app.conf.task_default_queue_type == "quorum":
        # Such a queue counts how often a message was put back, and may drop it.
        return {} if channel.queue_declare(queue, passive=True).message_count else None
    # RabbitMQ shows a message only to whoever takes it, and a classic queue puts it back where it was.
    message = channel.basic_get(queue)
    if message is None:
        return None
    channel.basic_reject(message.delivery_tag, requeue=True)
    return dict(message.headers or {})


def _headers(raw: bytes) -> dict[str, Any]:
    """Those of a message as it lies in Redis; none at all if it is no message."""
    try:
        return dict(json.loads(raw)["headers"])
    except (LookupError, RecursionError, TypeError, ValueError):
        return {}


def endpoint_connection() -> Connection:
    """Connect to the broker with timeouts short enough for a request."""
    return current_app.connection_for_write(transport_options=_ENDPOINT_TIMEOUTS)
