"""Every fault that can be played, where it can happen, and what each profile is expected to show. Pure.

A fault takes only processes that the stack itself started, is bounded in time, and undoes itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is done at a time, and undone `hold_s` seconds later.

    code: its place in the matrix of docs/security.md.
    recovery_s: how long after its end everything accepted by then may take to be finished in profile safe.
    defaults: what Celery as it comes is expected to show, in words; loses: whether it then loses accepted pictures.
    modes, brokers, append_only, databases, proxy: where it can happen; proxy: only where one stands before the broker.
    crowded: whether it shows most while pictures wait in the queue.
    """

    code: str
    what: str
    defaults: str
    loses: bool = False
    hold_s: float = 0.0
    recovery_s: float = 15.0
    modes: tuple[str, ...] = ("queue",)
    brokers: tuple[str, ...] = ("redis", "rabbitmq")
    append_only: tuple[str, ...] = ("no", "everysec", "always")
    databases: tuple[str, ...] = ("sqlite", "postgres")
    proxy: bool = False
    crowded: bool = False


BOTH_MODES = ("sync", "queue")

FAULTS: Mapping[str, Fault] = {
    "child-killed": Fault(
        code="F1",
        what="a pool process is killed while it works",
        loses=True,
        defaults="its picture stays in processing for ever",
    ),
    "node-killed": Fault(
        code="F2",
        what="the whole Celery node is killed",
        loses=True,
        crowded=True,
        defaults="what it had in hand is gone, what it had fetched is stuck for an hour",
    ),
    "nodes-gone": Fault(
        code="F3",
        what="the Celery node is killed and stays away, while uploads go on",
        loses=True,
        hold_s=4.0,
        crowded=True,
        defaults="as above, and the backlog grows meanwhile",
    ),
    "warm-stop": Fault(code="F4", what="the Celery node is asked to end (SIGTERM)", defaults="nothing is lost"),
    "cold-stop": Fault(
        code="F5",
        what="the Celery node is told to end at once (SIGQUIT)",
        loses=True,
        crowded=True,
        defaults="the pictures in work are lost",
    ),
    "child-hangs": Fault(
        code="F6",
        what="a pool process is stopped and goes on later",
        hold_s=4.0,
        defaults="its picture, and what was fetched for it, waits as long",
    ),
    "broker-killed": Fault(
        code="F7",
        what="the broker is killed and comes back empty",
        loses=True,
        hold_s=2.0,
        recovery_s=60.0,
        crowded=True,
        defaults="the whole queue is lost",
    ),
    "broker-killed-log": Fault(
        code="F8",
        what="the broker is killed and comes back with its append-only file (everysec)",
        loses=True,
        hold_s=2.0,
        crowded=True,
        brokers=("redis",),
        append_only=("everysec",),
        defaults="what was fetched is stuck for an hour",
    ),
    "broker-killed-log-always": Fault(
        code="F9",
        what="the broker is killed and comes back with its append-only file (always)",
        loses=True,
        hold_s=2.0,
        crowded=True,
        brokers=("redis",),
        append_only=("always",),
        defaults="what was fetched is stuck for an hour",
    ),
    "broker-frozen": Fault(
        code="F10",
        what="the broker answers nothing for a while",
        hold_s=4.0,
        defaults="uploads wait as long as the freeze lasts",
    ),
    "broker-full": Fault(
        code="F11",
        what="the broker takes no more messages",
        brokers=("redis",),
        hold_s=3.0,
        defaults="uploads end in errors, and the Celery node ends itself",
    ),
    "broker-disk-full": Fault(
        code="F13",
        what="the broker's append-only file can grow no more, which kills it",
        loses=True,
        crowded=True,
        append_only=("everysec",),
        brokers=("redis",),
        defaults="what was fetched is stuck for an hour",
    ),
    "storage-away": Fault(
        code="F12",
        what="the folder of the pictures is away for a while",
        modes=BOTH_MODES,
        hold_s=3.0,
        defaults="uploads are refused, and what is in work fails and says so",
    ),
    "external-hangs": Fault(
        code="F14",
        what="the external resource answers nothing for a while",
        modes=BOTH_MODES,
        hold_s=3.0,
        defaults="all workers wait for it",
    ),
    "network-cut": Fault(
        code="F15",
        what="nothing gets through between the app and its broker",
        hold_s=5.0,
        recovery_s=60.0,
        proxy=True,
        defaults="uploads wait as long as the cut lasts",
    ),
    "network-resets": Fault(
        code="F15",
        what="every connection between the app and its broker is broken off, and after a while again",
        hold_s=5.0,
        recovery_s=60.0,
        proxy=True,
        defaults="pictures in work may be done twice",
    ),
    "delivered-twice": Fault(
        code="F16",
        what="every message is delivered twice",
        brokers=("redis",),
        defaults="their pictures are done twice",
    ),
    "poison": Fault(
        code="F18",
        what="a picture kills the pool each time that its work begins",
        loses=True,
        # Its last execution might still be going on, until the time limit has passed.
        recovery_s=60.0,
        databases=("sqlite",),
        defaults="it stays in processing for ever, and so does what was in work beside it",
    ),
    "web-killed": Fault(
        code="F22",
        what="a process of the web server is killed",
        modes=BOTH_MODES,
        defaults="uploads in that moment get no answer",
    ),
    "database-locked": Fault(
        code="F25",
        what="somebody else holds the database's write lock",
        databases=("sqlite",),
        modes=BOTH_MODES,
        hold_s=3.0,
        defaults="everything waits for the lock",
    ),
    "all-stopped": Fault(
        code="F27",
        what="the whole stack sleeps, as under a closed lid",
        modes=BOTH_MODES,
        hold_s=4.0,
        defaults="nothing is lost",
    ),
}
