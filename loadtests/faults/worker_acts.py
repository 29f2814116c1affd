"""What is done to the Celery node and its pool processes; each act gives what undoes it."""

import contextlib
import signal
import sqlite3
import time

import psutil

from loadtests.errors import StackError
from loadtests.faults.finding import Undo, freeze, nothing, pool_child, tree
from loadtests.stack.local import LocalStack

#: How long a picture stays poison: longer than it takes until it is given up.
POISON_LIMIT_S = 6.0

#: The picture, or any, whose work has begun once more since.
BEGUN = (
    "SELECT id, executions FROM pictures_picture WHERE state = 'processing' AND executions > ? AND id = ifnull(?, id) "
    "ORDER BY started_at DESC LIMIT 1"
)


def kill_pool_child(stack: LocalStack) -> Undo:
    pool_child(stack).kill()
    return nothing


def poison(stack: LocalStack) -> Undo:
    """One picture ends whoever is at work, each time that its work begins, until the time is up."""
    picture, killed = None, 0
    deadline = time.monotonic() + POISON_LIMIT_S
    with contextlib.closing(sqlite3.connect(f"file:{stack.database_file}?mode=ro", uri=True)) as connection:
        while time.monotonic() < deadline:
            if found := connection.execute(BEGUN, (killed, picture)).fetchone():
                picture, killed = found
                _kill_pool(stack)
            time.sleep(0.005)
    if not killed:
        raise StackError("No picture was in work, so none could be poison. Offer more load.")
    return nothing


def _kill_pool(stack: LocalStack) -> None:
    for child in tree(stack, "worker")[1:]:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def hang_pool_child(stack: LocalStack) -> Undo:
    return freeze([pool_child(stack)])


def kill_node(stack: LocalStack) -> Undo:
    pool_child(stack)
    stack.child("worker").signal(signal.SIGKILL)
    return nothing


def keep_node_away(stack: LocalStack) -> Undo:
    pool_child(stack)
    stack.hold("worker")
    stack.child("worker").signal(signal.SIGKILL)
    return lambda: stack.release("worker")


def stop_node(stack: LocalStack) -> Undo:
    # The main process alone, as a service manager does it; it ends its pool itself.
    stack.child("worker").process.send_signal(signal.SIGTERM)
    return nothing


def quit_node(stack: LocalStack) -> Undo:
    pool_child(stack)
    stack.child("worker").process.send_signal(signal.SIGQUIT)
    return nothing
