"""What is done to a running stack, by the name of the fault; each act gives what undoes it."""

import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from loadtests.faults import broker_acts as broker
from loadtests.faults import worker_acts as workers
from loadtests.faults.finding import Act, Undo, freeze, nothing, tree
from loadtests.stack.local import LocalStack


def take_storage_away(stack: LocalStack) -> Undo:
    """A plain file stands where the folder was, so that nobody makes it anew."""
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
    """Whether an empty file stands there now."""
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


ACTS: Mapping[str, Act] = {
    "child-killed": workers.kill_pool_child,
    "node-killed": workers.kill_node,
    "nodes-gone": workers.keep_node_away,
    "warm-stop": workers.stop_node,
    "cold-stop": workers.quit_node,
    "child-hangs": workers.hang_pool_child,
    "broker-killed": broker.kill_broker,
    "broker-killed-log": broker.kill_broker,
    "broker-killed-log-always": broker.kill_broker,
    "broker-frozen": broker.freeze_broker,
    "broker-full": broker.fill_broker,
    "broker-disk-full": broker.fill_broker_disk,
    "storage-away": take_storage_away,
    "external-hangs": freeze_external,
    "network-cut": broker.cut_network,
    "network-resets": broker.reset_network,
    "delivered-twice": broker.double_messages,
    "poison": workers.poison,
    "web-killed": kill_web_child,
    "database-locked": lock_database,
    "all-stopped": freeze_all,
}
