"""When which fault happens, where it can, and what the stack needs for it. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtests.planning.configuration import NO_FAULT, Cell
from loadtests.planning.faults import FAULTS

#: When the fault of a cell happens: into the measurement, so that pictures are in every part of the stack.
AT_S = 2.0

#: How long to look for a pool process that works on a picture, or for a message.
FIND_LIMIT_S = 2.0

#: So many uploads per second that two workers leave some in the queue.
CROWDED_RATE = 8.0

#: A way to the broker that can be cut: only a delay brings the proxy in.
LEAST_DELAY_S = 0.0005


@dataclass(frozen=True, kw_only=True)
class Due:
    """One fault at a time [s from the start of the measurement]."""

    what: str
    at_s: float


@dataclass(frozen=True, kw_only=True)
class AtRandom:
    """One of these faults in every so many seconds, drawn by the trial's seed: which, and when in the middle half of
    its turn, so that each is over before the next begins."""

    what: tuple[str, ...]
    every_s: float

    def drawn(self, measure_s: float, seed: str) -> list[Due]:
        chance = random.Random(f"{seed}/faults")
        turns = range(int(measure_s / self.every_s))
        return [
            Due(what=chance.choice(self.what), at_s=self.every_s * (turn + chance.uniform(0.25, 0.75)))
            for turn in turns
        ]


def due_in(cell: Cell, planned: Sequence[Due], at_random: AtRandom | None, measure_s: float, seed: str) -> list[Due]:
    """What happens during one trial, in order: the cell's own fault, those of the plan, and those that are drawn."""
    own = [] if cell.fault == NO_FAULT else [Due(what=cell.fault, at_s=AT_S)]
    drawn = at_random.drawn(measure_s, seed) if at_random else []
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


def made_possible(cell: Cell) -> Cell:
    """The cell with what its fault needs, and with the load that it shows most with."""
    fault = FAULTS[cell.fault]
    return replace(
        cell,
        offered_rate=CROWDED_RATE if fault.crowded else cell.offered_rate,
        broker_delay_s=LEAST_DELAY_S if fault.proxy else cell.broker_delay_s,
        append_only=cell.append_only if cell.append_only in fault.append_only else fault.append_only[0],
    )
