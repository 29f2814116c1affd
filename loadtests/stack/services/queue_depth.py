"""Counts the messages of a queue, as the broker reports them."""

import base64
import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import amqp
import redis

from loadtests.errors import StackError
from loadtests.stack.process.ports import HOST

#: Celery's queue, on Redis with the lists in which kombu keeps the other priorities.
QUEUE = "celery"
QUEUE_KEYS = (QUEUE, *(f"{QUEUE}\x06\x16{priority}" for priority in (3, 6, 9)))

#: Messages handed to a worker and not yet acknowledged, on Redis.
UNACKED_KEY = "unacked"

TIMEOUT_S = 2.0

#: Messages that one command reads of a list: a long one would hold up whoever else asks.
LIST_STEP = 1000


@dataclass(frozen=True)
class QueueLength:
    """Waiting and unacknowledged messages; None if the broker does not report them."""

    waiting: int
    unacked: int | None


@dataclass(frozen=True, kw_only=True)
class QueuedPictures:
    """The ids of the pictures whose messages wait, and of those whose messages are not yet acknowledged."""

    waiting: frozenset[str]
    unacked: frozenset[str]


class Queue(Protocol):
    """A connection to a broker. Every method but close raises StackError if it does not answer.

    pictures is None where the broker shows a message only to its consumer.
    """

    def round_trip(self) -> None: ...
    def length(self) -> QueueLength: ...
    def pictures(self) -> QueuedPictures | None: ...
    def close(self) -> None: ...


def open_queue(url: str) -> Queue:
    """A connection to the broker at a URL; for RabbitMQ it counts only what waits."""
    return AmqpQueue(url) if url.startswith("amqp") else RedisQueue(url)


class RedisQueue:
    """Redis or Valkey."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, decode_responses=True
        )

    def round_trip(self) -> None:
        try:
            self._client.ping()
        except redis.RedisError as error:
            raise StackError(f"The broker does not answer: {error}") from error

    def length(self) -> QueueLength:
        """Both counts from one transaction, so that a message on its way is in exactly one of them."""
        try:
            return self._lengths()
        except redis.RedisError as error:
            raise StackError(f"The broker did not report its queue length: {error}") from error

    def pictures(self) -> QueuedPictures:
        """The pictures of all messages, the waiting ones first: a message that is handed over is then in one of both.

        Except for an instant: the worker takes it off the list, and then writes it down as unacknowledged.
        """
        try:
            waiting = frozenset(picture for key in QUEUE_KEYS for picture in _pictures_of(self._listed(key)))
            unacked = frozenset(_pictures_of(json.loads(value)[0] for value in self._client.hvals(UNACKED_KEY)))
        except (redis.RedisError, LookupError, TypeError, ValueError) as error:
            raise StackError(f"The broker did not report its messages: {error}") from error
        return QueuedPictures(waiting=waiting, unacked=unacked)

    def append_only(self) -> str:
        """When the live server writes its messages to disk: no, everysec or always."""
        try:
            settings = self._client.config_get("appendonly", "appendfsync")
        except redis.RedisError as error:
            raise StackError(f"The broker did not report when it writes to disk: {error}") from error
        return str(settings["appendfsync"]) if settings["appendonly"] == "yes" else "no"

    def _listed(self, key: str) -> Iterable[dict[str, object]]:
        """The messages of a list, the newest first: what is added meanwhile moves none of them out of sight."""
        first = 0
        while found := self._client.lrange(key, first, first + LIST_STEP - 1):
            yield from map(json.loads, found)
            first += len(found)

    def _lengths(self) -> QueueLength:
        pipe = self._client.pipeline(transaction=True)
        for key in QUEUE_KEYS:
            pipe.llen(key)
        pipe.hlen(UNACKED_KEY)
        *waiting, unacked = pipe.execute()
        return QueueLength(waiting=sum(waiting), unacked=unacked)

    def close(self) -> None:
        self._client.close()


class AmqpQueue:
    """RabbitMQ over AMQP, which tells how many messages are ready and not how many are unacknowledged."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._connection: amqp.Connection | None = None

    def round_trip(self) -> None:
        try:
            self._channel().basic_qos(0, 1, False)
        except (amqp.AMQPError, OSError) as error:
            self._fail("The broker does not answer", error)

    def length(self) -> QueueLength:
        try:
            declared = self._channel().queue_declare(QUEUE, passive=True)
            return QueueLength(int(declared[1]) if declared else 0, None)
        except amqp.NotFound:
            return QueueLength(0, None)  # Nobody has sent or asked for a message yet.
        except (amqp.AMQPError, OSError) as error:
            return self._fail("The broker did not report its queue length", error)

    def pictures(self) -> None:
        """Nothing: to see a message one has to take it."""

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(amqp.AMQPError, OSError):
                connection.close()

    def _channel(self) -> "amqp.Channel":
        """The one channel, opened anew if an error has closed it."""
        if self._connection is None:
            self._connection = amqp.Connection(
                host=f"{self._url.hostname or HOST}:{self._url.port or 5672}",
                userid=self._url.username or "guest",
                password=self._url.password or "guest",
                virtual_host=self._url.path[1:] or "/",
                connect_timeout=TIMEOUT_S,
                read_timeout=TIMEOUT_S,
                write_timeout=TIMEOUT_S,
            )
            self._connection.connect()
        return self._connection.channel(1)

    def _fail(self, what: str, error: Exception) -> QueueLength:
        self.close()
        raise StackError(f"{what}: {error}") from error


def _pictures_of(messages: Iterable[dict[str, object]]) -> Iterable[str]:
    """The first argument of each task that has one: the picture's id. What is no task is passed over."""
    for message in messages:
        with contextlib.suppress(LookupError, TypeError, ValueError):
            yield str(json.loads(base64.b64decode(str(message["body"])))[0][0])
