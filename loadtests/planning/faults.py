"""Every fault that can be injected, where it can happen, and what each profile is expected to show. Pure.

A fault takes only processes that the stack itself started, is bounded in time, and undoes itself.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from loadtests.planning.configuration import NO_FAULT, Cell


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
        defaults="its picture stays in processing forever",
    ),
    "node-killed": Fault(
        code="F2",
        what="the whole Celery node is killed",
        loses=True,
        crowded=True,
        defaults="its running work is lost, its fetched messages are stuck for an hour",
    ),
    "nodes-gone": Fault(
        code="F3",
        what="the Celery node is killed and stays down while uploads continue",
        loses=True,
        hold_s=4.0,
        crowded=True,
        defaults="running work is lost, prefetched messages are stuck for an hour, and the backlog grows while the "
        "node is down",
    ),
    "warm-stop": Fault(code="F4", what="the Celery node is asked to exit (SIGTERM)", defaults="nothing is lost"),
    "cold-stop": Fault(
        code="F5",
        what="the Celery node is told to exit immediately (SIGQUIT)",
        loses=True,
        crowded=True,
        defaults="the pictures in progress are lost",
    ),
    "child-hangs": Fault(
        code="F6",
        what="a pool process is suspended and later resumed",
        hold_s=4.0,
        defaults="its picture and the messages it has prefetched wait until it resumes",
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
        defaults="fetched messages are stuck for an hour",
    ),
    "broker-killed-log-always": Fault(
        code="F9",
        what="the broker is killed and comes back with its append-only file (always)",
        loses=True,
        hold_s=2.0,
        crowded=True,
        brokers=("redis",),
        append_only=("always",),
        defaults="fetched messages are stuck for an hour",
    ),
    "broker-frozen": Fault(
        code="F10",
        what="the broker does not respond for a while",
        hold_s=4.0,
        defaults="uploads wait as long as the freeze lasts",
    ),
    "broker-full": Fault(
        code="F11",
        what="the broker takes no more messages",
        brokers=("redis",),
        hold_s=3.0,
        defaults="uploads fail, and the Celery node exits",
    ),
    "broker-disk-full": Fault(
        code="F13",
        what="the broker's append-only file cannot grow, which kills it",
        loses=True,
        crowded=True,
        append_only=("everysec",),
        brokers=("redis",),
        defaults="fetched messages are stuck for an hour",
    ),
    "storage-away": Fault(
        code="F12",
        what="the picture folder is missing for a while",
        modes=BOTH_MODES,
        hold_s=3.0,
        defaults="uploads are refused, and pictures in progress fail visibly",
    ),
    "external-hangs": Fault(
        code="F14",
        what="the external resource does not respond for a while",
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
        what="every connection between the app and its broker is reset, twice",
        hold_s=5.0,
        recovery_s=60.0,
        proxy=True,
        defaults="pictures in progress may be done twice",
    ),
    "delivered-twice": Fault(
        code="F16",
        what="every message is delivered twice",
        brokers=("redis",),
        defaults="their pictures are done twice",
    ),
    "poison": Fault(
        code="F18",
        what="a picture kills the pool each time work on it starts",
        loses=True,
        # Its last execution might still be going on, until the time limit has passed.
        recovery_s=60.0,
        databases=("sqlite",),
        defaults="it stays in processing forever, as do the pictures in progress at the same time",
    ),
    "web-killed": Fault(
        code="F22",
        what="a process of the web server is killed",
        modes=BOTH_MODES,
        defaults="uploads at that moment get no response",
    ),
    "database-locked": Fault(
        code="F25",
        what="another process holds the database's write lock",
        databases=("sqlite",),
        modes=BOTH_MODES,
        hold_s=3.0,
        defaults="everything waits for the lock",
    ),
    "all-stopped": Fault(
        code="F27",
        what="the whole stack is suspended, as under a closed laptop lid",
        modes=BOTH_MODES,
        hold_s=4.0,
        defaults="nothing is lost",
    ),
}


#: When the fault of a cell happens: into the measurement, so that pictures are in every part of the stack.
AT_S = 2.0

#: How long to look for a pool process that works on a picture, or for a message.
FIND_LIMIT_S = 2.0

#: So many uploads per second that two workers leave some in the queue.
CROWDED_RATE = 8.0

#: A way to the broker that can be cut: only a delay brings the proxy in.
LEAST_DELAY_S = 0.0005


@dataclass(frozen=True, kw_only=True)
class ScheduledFault:
    """One fault at a time [s from the start of the measurement]."""

    what: str
    at_s: float


@dataclass(frozen=True, kw_only=True)
class RandomFaults:
    """One of these faults in every so many seconds, drawn by the trial's seed: which, and when in the middle half of
    its turn, so that each is over before the next begins."""

    what: tuple[str, ...]
    every_s: float

    def draw(self, measure_s: float, seed: str) -> list[ScheduledFault]:
        chance = random.Random(f"{seed}/faults")
        turns = range(int(measure_s / self.every_s))
        return [
            ScheduledFault(what=chance.choice(self.what), at_s=self.every_s * (turn + chance.uniform(0.25, 0.75)))
            for turn in turns
        ]


def scheduled_faults(
    cell: Cell, planned: Sequence[ScheduledFault], at_random: RandomFaults | None, measure_s: float, seed: str
) -> list[ScheduledFault]:
    """List the faults of one trial in order: the cell's own, those of the plan, and the random ones."""
    own = [] if cell.fault == NO_FAULT else [ScheduledFault(what=cell.fault, at_s=AT_S)]
    drawn = at_random.draw(measure_s, seed) if at_random else []
    return sorted([*own, *planned, *drawn], key=lambda due: due.at_s)


def possible(name: str, cell: Cell) -> bool:
    """Whether a fault can happen to the cell's stack."""
    fault = FAULTS[name]
    return (
        cell.stack == "local"
        and cell.mode in fault.modes
        and cell.broker in fault.brokers
        and cell.append_only in fault.append_only
        and cell.database in fault.databases
        and not (fault.proxy and cell.broker_delay_s <= 0)
    )


def with_requirements(cell: Cell) -> Cell:
    """Return the cell with the levels and the load that its fault needs."""
    fault = FAULTS[cell.fault]
    return replace(
        cell,
        offered_rate=CROWDED_RATE if fault.crowded else cell.offered_rate,
        broker_delay_s=LEAST_DELAY_S if fault.proxy else cell.broker_delay_s,
        append_only=cell.append_only if cell.append_only in fault.append_only else fault.append_only[0],
    )
