"""The exceptions that a broker connection may raise."""

import amqp
import redis
from kombu.exceptions import KombuError

#: Kombu passes on what RabbitMQ says when it refuses or closes a connection.
BROKER_ERRORS = (KombuError, OSError, redis.RedisError, amqp.AMQPError)
