"""The fault actions by name; each returns a function that undoes it."""

import contextlib
import json
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psutil
import redis

from loadtests.errors import StackError
from loadtests.planning.faults import FIND_LIMIT_S
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.services.queue_depth import QUEUE, UNACKED_KEY

Undo = Callable[[], None]
FaultAction = Callable[[LocalStack], Undo]


def nothing() -> None:
    """Undo nothing: the fault is over at once."""


def freeze(processes: Iterable[psutil.Process]) -> Undo:
    """Suspend processes; undo resumes them."""
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
    """Return a component's process and its descendants."""
    root = psutil.Process(stack.child(name).pid)
    return [root, *root.children(recursive=True)]


def pool_child(stack: LocalStack) -> psutil.Process:
    """Return a pool process that has just started to work."""
    used = _used_s(stack)
    deadline = time.monotonic() + FIND_LIMIT_S
    while time.monotonic() < deadline:
        for child, seconds in _used_s(stack).items():
            if seconds > used.setdefault(child, seconds):
                return child
        time.sleep(0.002)
    raise StackError("No pool process was busy, so there was none to hit. Offer more load.")


def _used_s(stack: LocalStack) -> dict[psutil.Process, float]:
    """Return the CPU seconds of each pool process."""
    used = {}
    for child in tree(stack, "worker")[1:]:
        # It may have ended since it was found.
        with contextlib.suppress(psutil.NoSuchProcess):
            used[child] = sum(child.cpu_times()[:2])
    return used


def take_storage_away(stack: LocalStack) -> Undo:
    """Replace the storage folder by a plain file, so that nobody recreates it."""
    media, away = stack.directory / "media", stack.directory / "media-away"
    media.rename(away)
    while not _stands_in_the_way(media):
        # Somebody who was just writing has made the folder anew: what is in it goes away, too, and comes back.
        moved = media.rename(stack.directory / "media-made-anew")
        shutil.copytree(moved, away, dirs_exist_ok=True)
        shutil.rmtree(moved)

    def undo() -> None:
        media.unlink()
        away.rename(media)

    return undo


def _stands_in_the_way(place: Path) -> bool:
    """Create an empty file; return whether that worked."""
    try:
        place.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def freeze_external(stack: LocalStack) -> Undo:
    return freeze(tree(stack, "external"))


def kill_web_child(stack: LocalStack) -> Undo:
    tree(stack, "web")[1].kill()
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
    names = [name for name in stack.pids if name != "control"]
    return freeze(process for name in names for process in tree(stack, name))


#: How much an append-only file may still grow before the disk is full [bytes].
LAST_ROOM = 2_000


def kill_broker(stack: LocalStack) -> Undo:
    """Kill the broker and keep it down until the fault ends."""
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
    """Suspend the proxy: packets neither arrive nor are refused."""
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
            unacked = [json.dumps(json.loads(value)[0]) for value in client.hvals(UNACKED_KEY)]
            if messages := [*client.lrange(QUEUE, 0, -1), *unacked]:
                client.lpush(QUEUE, *messages)
                return nothing
            time.sleep(0.005)
    raise StackError("There was no message to duplicate. Offer more load.")


def _redis(stack: LocalStack) -> "redis.Redis":
    return redis.Redis.from_url(stack.broker_url, socket_timeout=2.0, socket_connect_timeout=2.0)


#: How long a picture stays poison: longer than it takes until it is given up.
POISON_LIMIT_S = 6.0

#: The picture, or any, on which work has started once more since.
BEGUN = (
    "SELECT id, executions FROM pictures_picture WHERE state = 'processing' AND executions > ? AND id = ifnull(?, id) "
    "ORDER BY started_at DESC LIMIT 1"
)


def kill_pool_child(stack: LocalStack) -> Undo:
    pool_child(stack).kill()
    return nothing


def poison(stack: LocalStack) -> Undo:
    """One picture ends whoever is at work, each time that work on it starts, until the time is up."""
    picture, killed = None, 0
    deadline = time.monotonic() + POISON_LIMIT_S
    with contextlib.closing(sqlite3.connect(f"file:{stack.database_file}?mode=ro", uri=True)) as connection:
        while time.monotonic() < deadline:
            if found := connection.execute(BEGUN, (killed, picture)).fetchone():
                picture, killed = found
                _kill_pool(stack)
            time.sleep(0.005)
    if not killed:
        raise StackError("No picture was being processed, so there was none to poison. Offer more load.")
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


ACTIONS: Mapping[str, FaultAction] = {
    "child-killed": kill_pool_child,
    "node-killed": kill_node,
    "nodes-gone": keep_node_away,
    "warm-stop": stop_node,
    "cold-stop": quit_node,
    "child-hangs": hang_pool_child,
    "broker-killed": kill_broker,
    "broker-killed-log": kill_broker,
    "broker-killed-log-always": kill_broker,
    "broker-frozen": freeze_broker,
    "broker-full": fill_broker,
    "broker-disk-full": fill_broker_disk,
    "storage-away": take_storage_away,
    "external-hangs": freeze_external,
    "network-cut": cut_network,
    "network-resets": reset_network,
    "delivered-twice": double_messages,
    "poison": poison,
    "web-killed": kill_web_child,
    "database-locked": lock_database,
    "all-stopped": freeze_all,
}
