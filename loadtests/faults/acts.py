"""What is done to a running stack; each act gives what undoes it."""

import contextlib
import json
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable

import psutil
import redis

from loadtests.errors import StackError
from loadtests.stack.local import LocalStack
from loadtests.stack.queue_length import QUEUE, UNACKED_KEY

Undo = Callable[[], None]

#: How long to look for a pool process that works on a picture.
FIND_LIMIT_S = 2.0


def nothing() -> None:
    """A fault that is over as soon as it has happened."""


def kill_pool_child(stack: LocalStack) -> Undo:
    _pool_child(stack).kill()
    return nothing


def kill_node(stack: LocalStack) -> Undo:
    _pool_child(stack)
    stack.child("worker").signal(signal.SIGKILL)
    return nothing


def stop_node(stack: LocalStack) -> Undo:
    # The main process alone, as a service manager does it; it ends its pool itself.
    stack.child("worker").process.send_signal(signal.SIGTERM)
    return nothing


def quit_node(stack: LocalStack) -> Undo:
    _pool_child(stack)
    stack.child("worker").process.send_signal(signal.SIGQUIT)
    return nothing


def hang_pool_child(stack: LocalStack) -> Undo:
    return _freeze([_pool_child(stack)])


def kill_broker(stack: LocalStack) -> Undo:
    """Killed, and not started again before the fault is over."""
    stack.hold("broker")
    stack.child("broker").signal(signal.SIGKILL)
    return lambda: stack.release("broker")


def freeze_broker(stack: LocalStack) -> Undo:
    return _freeze(_tree(stack, "broker"))


def fill_broker(stack: LocalStack) -> Undo:
    client = _redis(stack)
    client.config_set("maxmemory", client.info("memory")["used_memory"] // 2)

    def undo() -> None:
        client.config_set("maxmemory", 0)
        client.close()

    return undo


def freeze_external(stack: LocalStack) -> Undo:
    return _freeze(_tree(stack, "external"))


def cut_network(stack: LocalStack) -> Undo:
    """The proxy stands still, so that nothing arrives and nothing is refused."""
    return _freeze(_tree(stack, "proxy"))


def reset_network(stack: LocalStack) -> Undo:
    """The proxy breaks off its connections each time that it is told to, and at the end once more."""
    proxy = stack.child("proxy")
    proxy.process.send_signal(signal.SIGUSR1)
    return lambda: proxy.process.send_signal(signal.SIGUSR1)


def double_messages(stack: LocalStack) -> Undo:
    """Put every message that is in the queue or in a worker's hands there once more."""
    with contextlib.closing(_redis(stack)) as client:
        deadline = time.monotonic() + FIND_LIMIT_S
        while time.monotonic() < deadline:
            # In a worker's hands it stands with the names of its exchange and its queue.
            in_hand = [json.dumps(json.loads(value)[0]) for value in client.hvals(UNACKED_KEY)]
            if messages := [*client.lrange(QUEUE, 0, -1), *in_hand]:
                client.lpush(QUEUE, *messages)
                return nothing
            time.sleep(0.005)
    raise StackError("There was no message, so none could be doubled. Offer more load.")


def kill_web_child(stack: LocalStack) -> Undo:
    _tree(stack, "web")[1].kill()
    return nothing


def lock_database(stack: LocalStack) -> Undo:
    connection = sqlite3.connect(stack.database_file, isolation_level=None, check_same_thread=False, timeout=5.0)
    connection.execute("BEGIN IMMEDIATE")

    def undo() -> None:
        connection.execute("ROLLBACK")
        connection.close()

    return undo


def freeze_all(stack: LocalStack) -> Undo:
    # The harness's own way to ask stays awake.
    names = [name for name in stack.components if name != "control"]
    return _freeze(process for name in names for process in _tree(stack, name))


def _freeze(processes: Iterable[psutil.Process]) -> Undo:
    stopped = list(processes)

    def undo() -> None:
        for process in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    for process in stopped:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
    return undo


def _tree(stack: LocalStack, name: str) -> list[psutil.Process]:
    root = psutil.Process(stack.child(name).pid)
    return [root, *root.children(recursive=True)]


def _pool_child(stack: LocalStack) -> psutil.Process:
    """A pool process that has just begun to use the processor, so that it is at work."""
    children = _tree(stack, "worker")[1:]
    used = {child: sum(child.cpu_times()[:2]) for child in children}
    deadline = time.monotonic() + FIND_LIMIT_S
    while time.monotonic() < deadline:
        for child, before_s in used.items():
            if sum(child.cpu_times()[:2]) > before_s:
                return child
        time.sleep(0.002)
    raise StackError("No pool process has begun to work, so none could be hit at work. Offer more load.")


def _redis(stack: LocalStack) -> "redis.Redis":
    return redis.Redis.from_url(stack.broker_url, socket_timeout=2.0, socket_connect_timeout=2.0)
