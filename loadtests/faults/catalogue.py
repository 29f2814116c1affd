"""Every fault that can be played, what it does to a running stack, and what each profile is expected to show.

A fault takes only processes that the stack itself started, is bounded in time, and undoes itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loadtests.faults import acts
from loadtests.faults.acts import Undo
from loadtests.stack.local import LocalStack


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is done at a time, and undone `hold_s` seconds later.

    recovery_s: how long after its end everything accepted by then may take to be finished in profile safe.
    defaults: what Celery as it comes is expected to show, in words.
    levels: what the trial must have for it, other than the usual levels.
    """

    code: str
    what: str
    begin: Callable[[LocalStack], Undo]
    defaults: str
    hold_s: float = 0.0
    recovery_s: float = 15.0
    levels: Mapping[str, Any] | None = None


#: So that pictures wait in the queue and in the workers' hands when it happens.
MORE_THAN_CAN_BE_DONE: dict[str, Any] = {"offered_rate": 8.0}

FAULTS: Mapping[str, Fault] = {
    "child-killed": Fault(
        code="F1",
        what="a pool process is killed while it works",
        begin=acts.kill_pool_child,
        defaults="its picture stays in processing for ever",
    ),
    "node-killed": Fault(
        code="F2",
        what="the whole Celery node is killed",
        begin=acts.kill_node,
        levels=MORE_THAN_CAN_BE_DONE,
        defaults="what it had in hand is gone, what it had fetched is stuck for an hour",
    ),
    "warm-stop": Fault(
        code="F4", what="the Celery node is asked to end (SIGTERM)", begin=acts.stop_node, defaults="nothing is lost"
    ),
    "cold-stop": Fault(
        code="F5",
        what="the Celery node is told to end at once (SIGQUIT)",
        begin=acts.quit_node,
        levels=MORE_THAN_CAN_BE_DONE,
        defaults="the pictures in work are lost",
    ),
    "child-hangs": Fault(
        code="F6",
        what="a pool process is stopped and goes on later",
        begin=acts.hang_pool_child,
        hold_s=4.0,
        defaults="its picture, and what was fetched for it, waits as long",
    ),
    "broker-killed": Fault(
        code="F7",
        what="the broker is killed and comes back empty",
        begin=acts.kill_broker,
        hold_s=2.0,
        recovery_s=60.0,
        levels=MORE_THAN_CAN_BE_DONE,
        defaults="the whole queue is lost",
    ),
    "broker-killed-log": Fault(
        code="F8",
        what="the broker is killed and comes back with its append-only file (everysec)",
        begin=acts.kill_broker,
        hold_s=2.0,
        levels=MORE_THAN_CAN_BE_DONE | {"append_only": "everysec"},
        defaults="what was fetched is stuck for an hour",
    ),
    "broker-killed-log-always": Fault(
        code="F9",
        what="the broker is killed and comes back with its append-only file (always)",
        begin=acts.kill_broker,
        hold_s=2.0,
        levels=MORE_THAN_CAN_BE_DONE | {"append_only": "always"},
        defaults="what was fetched is stuck for an hour",
    ),
    "broker-frozen": Fault(
        code="F10",
        what="the broker answers nothing for a while",
        begin=acts.freeze_broker,
        hold_s=4.0,
        defaults="uploads wait as long as the freeze lasts",
    ),
    "broker-full": Fault(
        code="F11",
        what="the broker takes no more messages",
        begin=acts.fill_broker,
        hold_s=3.0,
        defaults="uploads end in errors, and the Celery node ends itself",
    ),
    "external-hangs": Fault(
        code="F14",
        what="the external resource answers nothing for a while",
        begin=acts.freeze_external,
        hold_s=3.0,
        defaults="all workers wait for it",
    ),
    "network-cut": Fault(
        code="F15",
        what="nothing gets through between the app and its broker",
        begin=acts.cut_network,
        hold_s=5.0,
        recovery_s=60.0,
        levels={"broker_delay_s": 0.0005},
        defaults="uploads wait as long as the cut lasts",
    ),
    "network-resets": Fault(
        code="F15",
        what="every connection between the app and its broker is broken off, and after a while again",
        begin=acts.reset_network,
        hold_s=5.0,
        recovery_s=60.0,
        levels={"broker_delay_s": 0.0005},
        defaults="pictures in work may be done twice",
    ),
    "delivered-twice": Fault(
        code="F16",
        what="every message is delivered twice",
        begin=acts.double_messages,
        defaults="their pictures are done twice",
    ),
    "web-killed": Fault(
        code="F22",
        what="a process of the web server is killed",
        begin=acts.kill_web_child,
        defaults="uploads in that moment get no answer",
    ),
    "database-locked": Fault(
        code="F25",
        what="somebody else holds the database's write lock",
        begin=acts.lock_database,
        hold_s=3.0,
        defaults="everything waits for the lock",
    ),
    "all-stopped": Fault(
        code="F27",
        what="the whole stack sleeps, as under a closed lid",
        begin=acts.freeze_all,
        hold_s=4.0,
        defaults="nothing is lost",
    ),
}
