"""A moment in which no signal may come between two steps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let signals that ask this process to end wait until the block is done.

    Between starting a child and writing down that it runs, an exception would leave an orphan. The handlers are
    swapped instead of the signal mask, which the child would inherit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[int, FrameType | None]] = []
    before = {held: signal.getsignal(held) for held in HELD}
    for held, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(held, lambda *what: waiting.append(what))
    try:
        yield
    finally:
        for held, handler in before.items():
            signal.signal(held, handler)
        for number, _ in waiting[:1]:
            signal.raise_signal(number)
