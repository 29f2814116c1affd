"""One sentence per chart, made from the numbers alone: never more than they carry."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.findings.derived import Derivation, derived
from analysis.findings.throughput import backlog_sentence, cost_sentence, throughput_sentence
from analysis.format import GROWS, duration, listing, number
from analysis.metrics.equivalence import ALIKE, UNCLEAR, Row, likeness, measured_alike, pairs
from analysis.summary.marks import told_workers


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one chart shows, as a sentence without its full stop.

    Its numbers are cells of the summary, or `derived` from them.
    """

    chart: str
    sentence: str
    derived: tuple[Derivation, ...] = ()


def findings(cells: pd.DataFrame) -> list[Finding]:
    """The findings of one group of cells, in the order in which they are told."""
    told = {
        "response_time": _response_time(cells),
        "throughput": throughput_sentence(cells),
        "ready_time": _ready_time(cells),
        "both_clocks": _both_clocks(cells),
        "backlog": backlog_sentence(cells),
        "cpu_cost": cost_sentence(cells),
    }
    return [
        Finding(chart=chart, sentence=sentence, derived=derived(chart, cells))
        for chart, sentence in told.items()
        if sentence
    ]


def _response_time(cells: pd.DataFrame) -> str:
    if not (paired := pairs(cells)):
        return _single_mode(cells, "response", "an answer")
    count, sync, queue = paired[0]
    slow, fast = sync["response_p50_s"], queue["response_p50_s"]
    some = told_workers(count, sync, queue)
    answered = f"With {some} the queue answers in {duration(fast)} at the median"
    if queue["response_p50_mark"]:
        return f"The wait for an answer with {some}: {_marks(sync, queue, 'response')}"
    if sync["response_p50_mark"] == GROWS:
        return f"{answered}; in sync the wait for an answer {GROWS}"
    if sync["response_p50_mark"]:
        return f"{answered}; in sync half of the answers or more are missing"
    found = likeness(sync, queue, "response_p50_s")
    if found == UNCLEAR:
        return f"{answered}, sync in {duration(slow)}: the two {UNCLEAR}"
    if found == ALIKE:
        return f"{answered}, sync no differently ({duration(slow)})"
    times = slow / fast if slow > fast else fast / slow
    return f"{answered}, sync in {duration(slow)}: {number(times)} times as {'long' if slow > fast else 'fast'}"


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
        grown = f"In both modes the wait for a picture {GROWS} with {told_workers(first, first_sync, first_queue)}"
        return f"{grown}; with {some} it is {times.removesuffix(' in both modes')}"
    work = duration(np.nanmax([sync["service_p50_s"], queue["service_p50_s"]]))
    return f"With {some} a picture is ready in {times} (the work alone takes {work})"


def _times(sync: Row, queue: Row) -> str:
    one, other = duration(sync["ready_p50_s"]), duration(queue["ready_p50_s"])
    if measured_alike(sync, queue, "ready_p50_s"):
        return f"{' to '.join(sorted({one, other}))} in both modes"
    unclear = f", which {UNCLEAR}" if likeness(sync, queue, "ready_p50_s") == UNCLEAR else ""
    return f"{one} in sync and {other} in queue{unclear}"


def _unready(paired: list[tuple[int, Row, Row]]) -> str:
    count, sync, queue = paired[-1]
    some = told_workers(count, sync, queue)
    if sync["ready_p50_mark"] == queue["ready_p50_mark"] == GROWS:
        even = "Even with" if len(paired) > 1 else "With"
        return f"{even} {some} the wait for a picture {GROWS} in both modes"
    return f"The wait for a picture with {some}: {_marks(sync, queue, 'ready')}"


def _marks(sync: Row, queue: Row, clock: str) -> str:
    said = {row["mode"]: row[f"{clock}_p50_mark"] or duration(row[f"{clock}_p50_s"]) for row in (sync, queue)}
    return "; ".join(f"in {mode} {mark}" for mode, mark in said.items())


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
        return f"{start}: the wait for an answer {_value(row, 'response')}"
    answer = f"{start}: the answer comes in {duration(row['response_p50_s'])}"
    if row["ready_p50_mark"] == GROWS:
        return f"{answer}, but the wait for the picture {GROWS}"
    if row["ready_p50_mark"]:
        return f"{answer}, but half of the pictures or more are missing"
    return f"{answer}, the picture is ready in {duration(row['ready_p50_s'])}"
