"""A Celery consumer that survives any message."""

import logging
from collections.abc import Callable
from typing import Any

from celery.worker import loops
from celery.worker.consumer import Consumer

log = logging.getLogger(__name__)

#: What kombu and Celery raise at what is no message, or none of a task.
RUBBISH = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


class DiscardingConsumer(Consumer):
    """Celery's consumer, which logs and discards messages that are not tasks.

    Celery refuses pickles and unknown tasks by itself. Anything else that it cannot read ends the node, and some of it
    goes back to the queue, to end the next one. Here it is off the queue, and a fresh connection, with every process of
    the pool free for it, goes on behind it.
    """

    # The stubs lack them.
    hub: Any
    connection_errors: tuple[type[Exception], ...]

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        receive = super().create_task_handler(*args, **kwargs)

        def receive_or_discard(message: Any) -> None:
            try:
                receive(message)
            except RUBBISH:
                message.reject_log_error(log, self.connection_errors)
                raise

        return receive_or_discard

    def loop(self, *args: Any) -> None:
        run = loops.asynloop if self.hub else loops.synloop
        try:
            run(*args)
        except RUBBISH as error:
            log.error("Discarded a message that is not a task: %r", error)
            raise ConnectionResetError("The broker delivered a message that is not a task.") from error
