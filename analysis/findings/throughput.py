"""The sentences about throughput, backlog, CPU cost and what more workers cost each other."""

import numpy as np
import pandas as pd

from analysis.format import amount, cpu_time, listing, number, workers
from analysis.metrics.equivalence import (
    SAME_WITHIN,
    Likeness,
    Row,
    both,
    likeness,
    measured_alike,
    pairs,
    same,
)
from analysis.models.usl import Numbers, Scalability, ends, fit, scalability
from analysis.summary.cells import keeps_up, system_cost, told_workers
from analysis.summary.groups import Group
from analysis.validity.verdict import OVERLOADED, STEADY, UNDECIDED

COST = "cpu_s"


def throughput_sentence(cells: pd.DataFrame) -> str:
    """What the fewest workers finish in each mode, and what the first that keep up finish."""
    if not (paired := pairs(cells)):
        return _throughput_listed(cells)
    count, sync, queue = paired[0]
    rates = (sync["throughput"], queue["throughput"])
    some = told_workers(count, sync, queue)
    if not measured_alike(sync, queue, "throughput"):
        start = f"With {some}, sync finishes {number(rates[0])} pictures/s and queue {number(rates[1])}"
        start += f", which {Likeness.UNCLEAR}" if likeness(sync, queue, "throughput") is Likeness.UNCLEAR else ""
    else:
        start = f"With {some}, both modes finish {both(*rates)} pictures/s"
        start += ": a queue adds no capacity" if _saturated(sync) and _saturated(queue) else ""
    return start + _gain_from_workers(paired)


def backlog_sentence(cells: pd.DataFrame) -> str:
    """How fast the backlog grows with the fewest workers that cannot keep up, and which can."""
    growing = cells[cells["verdict"] == OVERLOADED]
    parts = [_growing(growing)] if len(growing) else []
    keeping = pd.Series([keeps_up(row) for _, row in cells.iterrows()]).groupby(cells["workers"].to_numpy()).all()
    if steady := list(map(int, keeping.index[keeping])):
        parts.append(f"{workers(steady)} keep{'s' if steady == [1] else ''} up")
    sentence = "; ".join([*parts, *_undecided(cells), *_failing(cells)])
    return f"{sentence[:1].upper()}{sentence[1:]}"


def cost_sentence(cells: pd.DataFrame) -> str:
    """The CPU time of the measured system per finished picture, at the most workers."""
    costed = cells.assign(**{COST: system_cost(cells).sum(axis=1, min_count=1)}).dropna(subset=[COST])
    if not (paired := pairs(costed)):
        return _cost_listed(costed)
    count, sync, queue = paired[-1]
    some = told_workers(count, sync, queue)
    start = f"With {some}, each finished picture costs {cpu_time(sync[COST])} of CPU time in sync"
    return f"{start} and {cpu_time(queue[COST])} in queue: {_costs_compared(sync, queue)}"


def _costs_compared(sync: Row, queue: Row) -> str:
    found = likeness(sync, queue, COST)
    if found is Likeness.SAME:
        return "about the same"
    if found is Likeness.UNCLEAR:
        return f"the two {found}"
    share = queue[COST] / sync[COST] - 1 if sync[COST] else np.inf
    return f"{abs(share) * 100:.0f} % {'more' if share > 0 else 'less'}"


def _throughput_listed(cells: pd.DataFrame) -> str:
    rates = [
        f"{number(row['throughput'])} with {told_workers(int(row['workers']), row)}"
        for _, row in cells.sort_values("workers").iterrows()
    ]
    offered = number(cells["offered_rate"].iloc[0])
    modes = listing(list(dict.fromkeys(cells["mode"])))
    return f"Pictures finished per second in {modes} mode: {listing(rates)} ({offered} offered)"


def _gain_from_workers(paired: list[tuple[int, Row, Row]]) -> str:
    """What the first worker count that keeps up in both modes finishes, if that is clearly more."""
    base = max(paired[0][1]["throughput"], paired[0][2]["throughput"])
    for count, sync, queue in paired[1:]:
        rates = (sync["throughput"], queue["throughput"])
        if keeps_up(sync) and keeps_up(queue) and min(rates) > (1 + SAME_WITHIN) * base:
            return f"; {workers(count)} finish {both(*rates)}"
    return ""


def _saturated(row: Row) -> bool:
    """Whether what a cell finished is all that it can finish."""
    return bool(row["verdict"] == OVERLOADED and not row["doubt"])


def _undecided(cells: pd.DataFrame) -> list[str]:
    """The worker counts that are undecided in every mode, and those that are in one of them."""
    unclear = cells[cells["verdict"] == UNDECIDED]
    partly = _counts(unclear[unclear["workers"].isin(_counts(cells[cells["verdict"] != UNDECIDED]))])
    whole = [count for count in _counts(unclear) if count not in partly]
    parts = [f"{workers(whole)}: undecided"] if whole else []
    for mode, rows in unclear[unclear["workers"].isin(partly)].groupby("mode", sort=False):
        parts.append(f"{workers(_counts(rows))} in {mode}: undecided")
    return parts


def _failing(cells: pd.DataFrame) -> list[str]:
    """What failed where the backlog does not grow: that is no keeping up."""
    rows = cells[cells["verdict"].isin(STEADY) & (cells["failed"] > 0)]
    if rows.empty:
        return []
    return [
        f"with {workers(_counts(rows))} {rows['failed'].sum()} of {amount(int(rows['planned'].sum()), 'upload')} failed"
    ]


def _counts(cells: pd.DataFrame) -> list[int]:
    return sorted({int(count) for count in cells["workers"]})


def _growing(growing: pd.DataFrame) -> str:
    fewest = growing[growing["workers"] == growing["workers"].min()]
    rates = {row["mode"]: row["backlog_growth"] for _, row in fewest.iterrows()}
    some = told_workers(int(fewest["workers"].iloc[0]), *(row for _, row in fewest.iterrows()))
    start = f"With {some}, the backlog grows by"
    if len(rates) == 2 and same(*rates.values()):
        return f"{start} {both(*rates.values())} pictures/s in both modes"
    said = [f"{number(growth)} pictures/s in {mode}" for mode, growth in rates.items()]
    return f"{start} {listing(said)}"


def _cost_listed(costed: pd.DataFrame) -> str:
    if costed.empty:
        return ""
    rows = costed.sort_values("workers")
    said = [f"{cpu_time(row[COST])} with {told_workers(int(row['workers']), row)}" for _, row in rows.iterrows()]
    return f"CPU time per finished picture in {listing(sorted(set(rows['mode'])))} mode: {listing(said)}"


def scalability_sentences(group: Group) -> list[str]:
    """One for each mode whose workers were the limit at enough counts; none where the law cannot be fitted."""
    return [_sentence(f"Scalability of {mode}", law) for mode, law in scalability(group.cells).items()]


def drained_sentences(capacities: pd.DataFrame) -> list[str]:
    """The same from how fast held workers emptied a full queue, one for each set of conditions."""
    drained = capacities.dropna(subset=["drained"])
    fits = {str(before): fit(rows["workers"], rows["drained"]) for before, rows in drained.groupby("prefix")}
    return [_sentence(f"{before}Scalability of draining a full queue", law) for before, law in fits.items() if law]


def _sentence(of_what: str, found: Scalability) -> str:
    law, drawn = found.law, found.drawn
    contention = f"contention {_percent(law.contention, drawn.contention, 1)}"
    coherency = f"coherency {_percent(law.coherency, drawn.coherency, 2)}"
    return f"{of_what}: {contention}, {coherency}; {_peak(found)}"


def _percent(share: Numbers, drawn: Numbers, digits: int) -> str:
    low, high = (number(100 * end, digits) for end in ends(drawn))
    return f"{number(100 * float(share), digits)} % ({low}–{high})"


def _peak(found: Scalability) -> str:
    """With how many workers most is finished, as far as may be said from the counts that were measured."""
    furthest = found.furthest
    low, high = ends(found.drawn.peak)
    if low > furthest:
        return f"no peak up to {amount(furthest, 'worker')}"
    if found.law.peak > furthest:
        return f"peak unknown ({amount(number(low, 0), 'worker')} or more)"
    last = number(high, 0) if high <= furthest else f"beyond {furthest}"
    return f"peak at {amount(number(float(found.law.peak), 0), 'worker')} ({number(low, 0)} to {last})"
