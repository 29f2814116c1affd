"""What is done to the broker and to the way there; each act gives what undoes it."""

import contextlib
import json
import signal
import time

import psutil
import redis

from loadtests.errors import StackError
from loadtests.faults.finding import Undo, freeze, nothing, tree
from loadtests.planning.schedule import FIND_LIMIT_S
from loadtests.stack.local import LocalStack
from loadtests.stack.services.queue_depth import QUEUE, UNACKED_KEY

#: How much an append-only file may still grow before the disk is full [bytes].
LAST_ROOM = 2_000


def kill_broker(stack: LocalStack) -> Undo:
    """Killed, and not started again before the fault is over."""
    stack.hold("broker")
    stack.child("broker").signal(signal.SIGKILL)
    return lambda: stack.release("broker")


def freeze_broker(stack: LocalStack) -> Undo:
    return freeze(tree(stack, "broker"))


def fill_broker(stack: LocalStack) -> Undo:
    client = _redis(stack)
    client.config_set("maxmemory", client.info("memory")["used_memory"] // 2)

    def undo() -> None:
        client.config_set("maxmemory", 0)
        client.close()

    return undo


def fill_broker_disk(stack: LocalStack) -> Undo:
    """The kernel ends a server that writes beyond its limit; the one that is started after it has none."""
    if not hasattr(psutil, "RLIMIT_FSIZE"):
        raise StackError("Only Linux can limit the files of a server that runs: leave out the fault broker-disk-full.")
    written = sum(file.stat().st_size for file in stack.directory.glob("appendonlydir/*.aof"))
    limit = written + LAST_ROOM
    psutil.Process(stack.child("broker").pid).rlimit(psutil.RLIMIT_FSIZE, (limit, limit))
    return nothing


def cut_network(stack: LocalStack) -> Undo:
    """The proxy stands still, so that nothing arrives and nothing is refused."""
    return freeze(tree(stack, "proxy"))


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


def _redis(stack: LocalStack) -> "redis.Redis":
    return redis.Redis.from_url(stack.broker_url, socket_timeout=2.0, socket_connect_timeout=2.0)
