"""One sentence per chart of a group, and the headline of the experiment, made from its numbers alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from analysis.findings.throughput import backlog_sentence, cost_sentence, throughput_sentence
from analysis.format import GROWS, duration, listing, number
from analysis.metrics.equivalence import Likeness, Row, likeness, measured_alike, pairs, same
from analysis.summary.cells import told_workers
from analysis.summary.groups import Group
from analysis.validity.verdict import OVERLOADED, STEADY

RATIO, CHANGE, SUM = "ratio", "change", "sum"


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """How a number follows from one column of some cells, each named by mode and workers.

    ratio: the larger of two over the smaller [1]; change: how far the second is from the first, without its sign [%];
    sum: of all of them.
    """

    how: str
    column: str
    cells: tuple[tuple[str, int], ...]


class Kind(Enum):
    """What a finding is about; those of cells have a chart of that name."""

    RESPONSE_TIME = "response_time"
    THROUGHPUT = "throughput"
    READY_TIME = "ready_time"
    BOTH_CLOCKS = "both_clocks"
    BACKLOG = "backlog"
    CPU_COST = "cpu_cost"
    CONTRAST = "contrast"
    SCALABILITY = "scalability"
    PREDICTION_ERROR = "prediction_error"
    DECISION = "decision"
    CAPACITY = "capacity"
    DISAGREEMENT = "disagreement"
    OVERLOAD = "overload"
    NO_CAPACITY = "no_capacity"


OF_CELLS = (Kind.RESPONSE_TIME, Kind.THROUGHPUT, Kind.READY_TIME, Kind.BOTH_CLOCKS, Kind.BACKLOG, Kind.CPU_COST)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the numbers show of a group or of the whole experiment, as a sentence without its full stop.

    Its numbers are cells of the summary, or `derived` from them. A redundant one says of queue mode alone what others
    say of both modes.
    """

    kind: Kind
    sentence: str
    group: Group | None = None
    derived: tuple[Derivation, ...] = ()
    redundant: bool = False

    @property
    def chart(self) -> str:
        """The name of its chart; empty if it has none of its own."""
        return self.kind.value if self.kind in OF_CELLS else ""

    @property
    def words(self) -> str:
        """The sentence behind the conditions under which it holds."""
        return f"{self.group.prefix if self.group else ''}{self.sentence}"


def findings(cells: pd.DataFrame) -> list[Finding]:
    """The findings of one group of cells, in the order in which the report shows them."""
    sentences = {
        Kind.RESPONSE_TIME: _response_time(cells),
        Kind.THROUGHPUT: throughput_sentence(cells),
        Kind.READY_TIME: _ready_time(cells),
        Kind.BOTH_CLOCKS: _both_clocks(cells),
        Kind.BACKLOG: backlog_sentence(cells),
        Kind.CPU_COST: cost_sentence(cells),
    }
    return [
        Finding(
            kind=kind,
            sentence=sentence,
            derived=_DERIVED[kind](cells) if kind in _DERIVED else (),
            redundant=kind is Kind.BOTH_CLOCKS and _told_by_pairs(cells),
        )
        for kind, sentence in sentences.items()
        if sentence
    ]


def _answers(cells: pd.DataFrame) -> tuple[Derivation, ...]:
    return tuple(
        Derivation(how=RATIO, column="response_p50_s", cells=(("sync", count), ("queue", count)))
        for count, _, _ in pairs(cells)[:1]
    )


def _costs(cells: pd.DataFrame) -> tuple[Derivation, ...]:
    return tuple(
        Derivation(how=CHANGE, column="system_cpu_s_per_picture", cells=(("sync", count), ("queue", count)))
        for count, _, _ in pairs(cells)
    )


def _failures(cells: pd.DataFrame) -> tuple[Derivation, ...]:
    rows = cells[cells["verdict"].isin(STEADY) & (cells["failed"] > 0)]
    named = tuple(zip(rows["mode"], map(int, rows["workers"]), strict=True))
    return tuple(Derivation(how=SUM, column=column, cells=named) for column in ("failed", "planned") if named)


_DERIVED: Mapping[Kind, Callable[[pd.DataFrame], tuple[Derivation, ...]]] = {
    Kind.RESPONSE_TIME: _answers,
    Kind.CPU_COST: _costs,
    Kind.BACKLOG: _failures,
}


def _response_time(cells: pd.DataFrame) -> str:
    if not (paired := pairs(cells)):
        return _single_mode(cells, "response", "a response")
    count, sync, queue = paired[0]
    slow, fast = sync["response_p50_s"], queue["response_p50_s"]
    some = told_workers(count, sync, queue)
    answered = f"With {some}, the queue's median response time is {duration(fast)}"
    if queue["response_p50_mark"]:
        return f"Response time with {some}: {_marks(sync, queue, 'response')}"
    if sync["response_p50_mark"] == GROWS:
        return f"{answered}; in sync, response time {GROWS}"
    if sync["response_p50_mark"]:
        return f"{answered}; in sync, half of the responses or more are missing"
    found = likeness(sync, queue, "response_p50_s")
    if found is Likeness.UNCLEAR:
        return f"{answered}, sync's {duration(slow)}: the two {found}"
    if found is Likeness.SAME:
        return f"{answered}, sync's about the same ({duration(slow)})"
    times = slow / fast if slow > fast else fast / slow
    return f"{answered}, sync's {duration(slow)}: {number(times)} times as {'long' if slow > fast else 'fast'}"


def _ready_time(cells: pd.DataFrame) -> str:
    if not (paired := pairs(cells)):
        return _single_mode(cells, "ready", "a picture")
    count, sync, queue = paired[-1]
    if sync["ready_p50_mark"] or queue["ready_p50_mark"]:
        return _unready(paired)
    first, first_sync, first_queue = paired[0]
    some = told_workers(count, sync, queue)
    times = _times(sync, queue)
    if first_sync["ready_p50_mark"] == first_queue["ready_p50_mark"] == GROWS:
        grown = f"With {told_workers(first, first_sync, first_queue)}, the wait for a picture {GROWS} in both modes"
        return f"{grown}; with {some} it is {times.removesuffix(' in both modes')}"
    work = duration(np.nanmax([sync["service_p50_s"], queue["service_p50_s"]]))
    return f"With {some}, a picture is ready in {times} (the work alone takes {work})"


def _times(sync: Row, queue: Row) -> str:
    one, other = duration(sync["ready_p50_s"]), duration(queue["ready_p50_s"])
    if measured_alike(sync, queue, "ready_p50_s"):
        return f"{' to '.join(sorted({one, other}))} in both modes"
    unclear = f", which {Likeness.UNCLEAR}" if likeness(sync, queue, "ready_p50_s") is Likeness.UNCLEAR else ""
    return f"{one} in sync and {other} in queue{unclear}"


def _unready(paired: list[tuple[int, Row, Row]]) -> str:
    count, sync, queue = paired[-1]
    some = told_workers(count, sync, queue)
    if sync["ready_p50_mark"] == queue["ready_p50_mark"] == GROWS:
        even = "Even with" if len(paired) > 1 else "With"
        return f"{even} {some}, the wait for a picture {GROWS} in both modes"
    return f"The wait for a picture with {some}: {_marks(sync, queue, 'ready')}"


def _marks(sync: Row, queue: Row, clock: str) -> str:
    said = {row["mode"]: row[f"{clock}_p50_mark"] or duration(row[f"{clock}_p50_s"]) for row in (sync, queue)}
    return "; ".join(f"{mark} in {mode}" for mode, mark in said.items())


def _single_mode(cells: pd.DataFrame, clock: str, awaited: str) -> str:
    """The clock at the fewest and at the most workers, for each mode that was measured."""
    sentences = [
        f"in {mode} mode the median wait for {awaited} {listing(_ends(rows, clock))}"
        for mode, rows in cells.groupby("mode")
    ]
    return "; ".join(sentences).capitalize()


def _ends(rows: pd.DataFrame, clock: str) -> list[str]:
    """What is said of the fewest and of the most workers, once where it is the same."""
    ends = [row for _, row in rows.sort_values("workers").iloc[[0, -1]].drop_duplicates("workers").iterrows()]
    counts, said = [int(row["workers"]) for row in ends], [_value(row, clock) for row in ends]
    if len(set(said)) == len({row["doubt"] for row in ends}) == 1:
        return [f"{said[0]} with {told_workers(counts, *ends)}"]
    return [f"{words} with {told_workers(count, row)}" for words, count, row in zip(said, counts, ends, strict=True)]


def _value(row: Row, clock: str) -> str:
    mark = str(row[f"{clock}_p50_mark"])
    if mark == GROWS:
        return mark
    return f"is unknown ({mark})" if mark else f"is {duration(row[f'{clock}_p50_s'])}"


def _both_clocks(cells: pd.DataFrame) -> str:
    queue = cells[cells["mode"] == "queue"].sort_values("workers")
    if queue.empty:
        return ""
    row = queue.iloc[0]
    start = f"Queue mode with {told_workers(int(row['workers']), row)}"
    if row["response_p50_mark"]:
        return f"{start}: response time {_value(row, 'response')}"
    answer = f"{start}: the response takes {duration(row['response_p50_s'])}"
    if row["ready_p50_mark"] == GROWS:
        return f"{answer}, but the wait for the picture {GROWS}"
    if row["ready_p50_mark"]:
        return f"{answer}, but half of the pictures or more are missing"
    return f"{answer}, and the picture is ready in {duration(row['ready_p50_s'])}"


Pair = tuple[int, Row, Row]


def headline(groups: Sequence[Group]) -> str:
    """What a queue buys and what it does not, as a sentence without numbers and full stop; empty if it is not so, or
    in doubt."""
    paired = [pairs(group.cells) for group in groups]
    if not paired or not all(each and all(map(_sooner, each)) for each in paired):
        return ""
    if any(sync["doubt"] or queue["doubt"] for each in paired for _, sync, queue in each):
        return ""
    if not all(map(_no_capacity, paired)):
        return ""
    more = "; more workers do" if all(map(_workers_help, paired)) else ""
    return f"A queue responds sooner, but finishes no more pictures per second{more}"


def _told_by_pairs(cells: pd.DataFrame) -> bool:
    """Whether what both modes are said to do tells how soon the fewest queue workers answer and are ready."""
    paired = pairs(cells)
    if not paired or paired[0][0] != cells.loc[cells["mode"] == "queue", "workers"].min():
        return False
    _, sync, queue = paired[0]
    return len(paired) == 1 or bool(sync["ready_p50_mark"] == queue["ready_p50_mark"] == GROWS)


def _sooner(pair: Pair) -> bool:
    _, sync, queue = pair
    if queue["response_p50_mark"]:
        return False
    apart = likeness(sync, queue, "response_p50_s") is Likeness.DIFFERENT
    return bool(sync["response_p50_mark"] == GROWS or (apart and sync["response_p50_s"] > queue["response_p50_s"]))


def _no_capacity(paired: Sequence[Pair]) -> bool:
    """Whether both modes finish the same everywhere, and somewhere as much as they can."""
    saturated = any(sync["verdict"] == queue["verdict"] == OVERLOADED for _, sync, queue in paired)
    return saturated and all(measured_alike(sync, queue, "throughput") for _, sync, queue in paired)


def _workers_help(paired: Sequence[Pair]) -> bool:
    (_, *fewest), (_, *most) = paired[0], paired[-1]
    rates = [(one["throughput"], other["throughput"]) for one, other in zip(fewest, most, strict=True)]
    return all(other > one and not same(other, one) for one, other in rates)
