"""Tells the page whether a worker is alive."""

import contextlib
import threading
import time

from celery import current_app

from pictures.publishing import endpoint_connection
from project.broker import BROKER_ERRORS

#: A query is a message to every worker, so an answer is kept for some time, however many pages ask.
ANSWER_HOLDS_S = 5.0
#: How long a worker may take to answer on a busy machine. Nobody waits for it.
REPLY_TIMEOUT_S = 2.0
#: An answer that is older says nothing any more: there has been none to the next query.
ANSWER_EXPIRES_S = ANSWER_HOLDS_S + REPLY_TIMEOUT_S + 2.0


class Presence:
    """What the workers last answered to this process. They are asked by a thread, so that no request waits for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_asking = False
        self._has_workers, self._answered_at, self._ask_at = False, float("-inf"), float("-inf")

    def has_workers(self) -> bool | None:
        """Whether one is alive; None where that is not known yet."""
        with self._lock:
            now = time.monotonic()
            if not self._is_asking and now >= self._ask_at:
                self._ask_at = now + ANSWER_HOLDS_S
                with contextlib.suppress(RuntimeError):  # A system without a thread to spare has one later.
                    threading.Thread(target=self._ask, daemon=True).start()
                    self._is_asking = True
            return self._has_workers if now - self._answered_at < ANSWER_EXPIRES_S else None

    def _ask(self) -> None:
        answer = None
        try:
            answer = _is_any_alive()
        finally:
            with self._lock:
                self._is_asking = False
                if answer is not None:
                    self._has_workers, self._answered_at = answer, time.monotonic()


presence = Presence()


def _is_any_alive() -> bool | None:
    """None if the broker cannot be asked."""
    try:
        with endpoint_connection() as connection:
            answer = current_app.control.inspect(timeout=REPLY_TIMEOUT_S, limit=1, connection=connection).ping()
    except BROKER_ERRORS:
        return None
    return bool(answer)
