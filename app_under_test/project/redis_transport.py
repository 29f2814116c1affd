"""Kombu's transport for Redis, in which a message that cannot be confirmed or given back does not cost its worker a
place."""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual
from redis.exceptions import ConnectionError as RedisConnectionError


class QoS(redis.QoS):
    """Counts a message as gone once its work has ended, also if Redis could not be told.

    Otherwise its place in the prefetch window stays taken until the connection breaks, and of two workers one goes on.
    Redis gives the message out again after the visibility timeout, and the picture is found finished.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except Exception:
            self._give_place_back(delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        except Exception:
            self._give_place_back(delivery_tag)
            raise

    def restore_unacked(self, client: Any = None) -> Any:
        """Give back what was not confirmed; raise what kombu ignores at closing if the connection is gone.

        Kombu would look for the broker's address, which went with the connection, and the AttributeError would end the
        worker. Redis gives the messages out again after the visibility timeout.
        """
        if self.channel.connection.client is None:
            raise RedisConnectionError("The connection is closed.")
        return super().restore_unacked(client)

    def _give_place_back(self, delivery_tag: str) -> None:
        virtual.QoS.ack(self, delivery_tag)


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel


def use() -> None:
    """Take this transport for every redis:// URL."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:{Transport.__name__}"
