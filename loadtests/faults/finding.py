"""Finding what of a running stack a fault is to hit, and stopping it for a while."""

import contextlib
import time
from collections.abc import Callable, Iterable

import psutil

from loadtests.errors import StackError
from loadtests.planning.schedule import FIND_LIMIT_S
from loadtests.stack.local import LocalStack

Undo = Callable[[], None]
Act = Callable[[LocalStack], Undo]


def nothing() -> None:
    """A fault that is over as soon as it has happened."""


def freeze(processes: Iterable[psutil.Process]) -> Undo:
    """Stop processes where they are; undone, they go on."""
    stopped = list(processes)

    def undo() -> None:
        for process in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    for process in stopped:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
    return undo


def tree(stack: LocalStack, name: str) -> list[psutil.Process]:
    """A component's process and all below it."""
    root = psutil.Process(stack.child(name).pid)
    return [root, *root.children(recursive=True)]


def pool_child(stack: LocalStack) -> psutil.Process:
    """A pool process that has just begun to use the processor, so that it is at work."""
    used = _used_s(stack)
    deadline = time.monotonic() + FIND_LIMIT_S
    while time.monotonic() < deadline:
        for child, seconds in _used_s(stack).items():
            if seconds > used.setdefault(child, seconds):
                return child
        time.sleep(0.002)
    raise StackError("No pool process has begun to work, so none could be hit at work. Offer more load.")


def _used_s(stack: LocalStack) -> dict[psutil.Process, float]:
    """What each pool process has used of the processor [s]."""
    used = {}
    for child in tree(stack, "worker")[1:]:
        # It may have ended since it was found.
        with contextlib.suppress(psutil.NoSuchProcess):
            used[child] = sum(child.cpu_times()[:2])
    return used
