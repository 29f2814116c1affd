"""The answer of an experiment in one line, where all that was measured agrees on it. Pure."""

from collections.abc import Sequence

import pandas as pd

from analysis.findings.cells import findings
from analysis.format import GROWS
from analysis.metrics.equivalence import DIFFERENT, Row, likeness, measured_alike, pairs, same
from analysis.summary.groups import Group
from analysis.validity.verdict import OVERLOADED

Pair = tuple[int, Row, Row]


def lead(groups: Sequence[Group]) -> str:
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
    return f"A queue answers sooner, but it finishes no more pictures per second{more}"


def said_twice(groups: Sequence[Group]) -> set[str]:
    """Sentences that say of queue mode alone what others say of both modes."""
    return {
        f"{group.prefix}{finding.sentence}"
        for group in groups
        if _told_by_pairs(group.cells)
        for finding in findings(group.cells)
        if finding.chart == "both_clocks"
    }


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
    apart = likeness(sync, queue, "response_p50_s") == DIFFERENT
    return bool(sync["response_p50_mark"] == GROWS or (apart and sync["response_p50_s"] > queue["response_p50_s"]))


def _no_capacity(paired: Sequence[Pair]) -> bool:
    """Whether both modes finish the same everywhere, and somewhere as much as they can."""
    saturated = any(sync["verdict"] == queue["verdict"] == OVERLOADED for _, sync, queue in paired)
    return saturated and all(measured_alike(sync, queue, "throughput") for _, sync, queue in paired)


def _workers_help(paired: Sequence[Pair]) -> bool:
    (_, *fewest), (_, *most) = paired[0], paired[-1]
    rates = [(one["throughput"], other["throughput"]) for one, other in zip(fewest, most, strict=True)]
    return all(other > one and not same(other, one) for one, other in rates)
