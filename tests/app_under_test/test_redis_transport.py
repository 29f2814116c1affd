"""A broker that cannot be told that work has ended must not cost the worker a place."""

import pytest
import redis
from kombu import Connection, Queue
from kombu.transport import redis as stock

from project.celery import app as celery_app
from project.redis_transport import Transport

PATIENCE_S = 0.3


def place_is_free_after_what_failed(what, transport, broker_url) -> bool:
    """Fetch one message with room for one, and confirm it or give it back while the broker answers nothing."""
    options = {"socket_timeout": PATIENCE_S}
    with Connection(broker_url, transport=transport, transport_options=options) as connection:
        queue = Queue("confirmations", channel=connection.channel())
        queue.declare()
        queue.purge()
        producer = connection.Producer()
        producer.publish({}, routing_key="confirmations")
        channel = connection.channel()
        channel.basic_qos(0, 1, False)
        message = Queue("confirmations", channel=channel).get(no_ack=False)
        assert message and not channel.qos.can_consume()
        redis.Redis.from_url(broker_url).client_pause(int(3 * PATIENCE_S * 1000))
        with pytest.raises(connection.connection_errors):
            what(message)
        return channel.qos.can_consume()


@pytest.mark.stack
@pytest.mark.parametrize("what", [lambda one: one.ack(), lambda one: one.requeue()], ids=["confirmed", "given back"])
@pytest.mark.parametrize(
    ("transport", "is_free"), [(Transport, True), (stock.Transport, False)], ids=["ours", "kombu's"]
)
def test_only_with_our_transport_the_next_message_can_come(broker_url, what, transport, is_free):
    assert place_is_free_after_what_failed(what, transport, broker_url) == is_free


def how_closing_fails_without_a_connection(transport, broker_url) -> type[BaseException] | None:
    """Close a channel that holds a message, after its connection has let go of the broker's address."""
    with Connection(broker_url, transport=transport) as connection:
        queue = Queue("closing", channel=connection.channel())
        queue.declare()
        queue.purge()
        connection.Producer().publish({}, routing_key="closing")
        channel = connection.channel()
        assert Queue("closing", channel=channel).get(no_ack=False)
        address, connection.transport.client = connection.transport.client, None
        try:
            connection.maybe_close_channel(channel)
        except Exception as error:
            return type(error)
        finally:
            connection.transport.client = address
    return None


@pytest.mark.stack
@pytest.mark.parametrize(("transport", "ends"), [(Transport, None), (stock.Transport, AttributeError)])
def test_only_with_our_transport_a_worker_outlives_a_connection_that_is_closed_twice(broker_url, transport, ends):
    assert how_closing_fails_without_a_connection(transport, broker_url) is ends


def test_the_app_that_keeps_its_promise_uses_it():
    with celery_app.connection_for_read("redis://127.0.0.1:1/0") as connection:
        assert isinstance(connection.transport, Transport)
