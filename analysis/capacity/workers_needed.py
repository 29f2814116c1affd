"""How many workers a load needs to keep a goal, and up to which load sync is fine. Pure."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.capacity.results import at_most, floored, goal_words
from analysis.format import Table, workers

# So many loads are asked for their workers, from the smallest that was confirmed to the largest.
ASKED_LOADS = 6


@dataclass(frozen=True, kw_only=True)
class Step:
    """So many workers are the fewest that were confirmed for loads above `start` and up to `passed` [pictures/s].

    Up to `failed` they may be enough as well; infinite where no load was confirmed to be too much for them.
    """

    workers: int
    start: float
    passed: float
    failed: float


@dataclass(frozen=True, kw_only=True)
class Needed:
    """The fewest workers that may be enough for a load, and that were confirmed; None: more than were tried."""

    possible: int | None
    confirmed: int | None


def steps(rows: pd.DataFrame) -> list[Step]:
    """What one mode needs, from no load on; a worker count that keeps no more than fewer workers do has no step."""
    found: list[Step] = []
    for row in rows.dropna(subset=["passed"]).sort_values("workers").to_dict("records"):
        start = found[-1].passed if found else 0.0
        if row["passed"] > start:
            failed = math.inf if math.isnan(row["failed"]) else float(row["failed"])
            found.append(Step(workers=int(row["workers"]), start=start, passed=float(row["passed"]), failed=failed))
    return found


def needed(rows: pd.DataFrame, load: float) -> Needed:
    """What one mode needs for a load [pictures/s]."""
    possible = rows.loc[~(rows["failed"] <= load), "workers"]
    confirmed = rows.loc[rows["passed"] >= load, "workers"]
    return Needed(possible=_fewest(possible), confirmed=_fewest(confirmed))


def sync_is_fine(rows: pd.DataFrame) -> Step | None:
    """The step that ends at the highest load which sync was confirmed to keep; None if there is none."""
    found = steps(_of(rows, "sync"))
    return found[-1] if found else None


def decision(rows: pd.DataFrame) -> str:
    """Up to which load sync is fine and what queue needs there, from the searches of one set of conditions."""
    fine, queue = sync_is_fine(rows), _of(rows, "queue")
    if fine:
        start = f"Up to {at_most(fine.passed)} pictures/s sync is fine"
        return f"{start}: with {workers(fine.workers)} it meets {goal_words(rows)}{_beside(queue, fine)}"
    parts = [] if _of(rows, "sync").empty else [f"sync meets {goal_words(rows)} at no confirmed load"]
    if found := steps(queue):
        kept = f"up to {at_most(found[-1].passed)} pictures/s with {workers(found[-1].workers)}"
        parts.append(f"queue meets {'it' if parts else goal_words(rows)} {kept}")
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}"


def decision_sentences(capacities: pd.DataFrame) -> list[str]:
    """One for each set of conditions in which something was confirmed."""
    decisions = [(before, decision(rows)) for before, rows in capacities.groupby("prefix", sort=False)]
    return [f"{before}{sentence}" for before, sentence in decisions if sentence]


def needed_table(capacities: pd.DataFrame) -> Table | None:
    """The fewest workers that keep the goal at some loads, in each mode; None if nothing was confirmed."""
    known = capacities.dropna(subset=["passed"])
    if known.empty:
        return None
    modes = list(dict.fromkeys(known["mode"]))
    loads = np.unique(
        [floored(load) for load in np.linspace(known["passed"].min(), known["passed"].max(), ASKED_LOADS)]
    )
    rows = [
        [str(before).removesuffix(": ") or "–", at_most(load)]
        + [_told(needed(_of(rows, mode), load)) for mode in modes]
        for before, rows in capacities.groupby("prefix", sort=False)
        for load in loads
    ]
    return Table(headings=["conditions", "load [pictures/s]", *(f"{mode}: workers" for mode in modes)], rows=rows)


def _of(rows: pd.DataFrame, mode: str) -> pd.DataFrame:
    return rows[rows["mode"] == mode]


def _fewest(counts: "pd.Series[int]") -> int | None:
    return int(counts.min()) if len(counts) else None


def _told(found: Needed) -> str:
    if found.possible is None:
        return "more than were tried" if found.confirmed is None else str(found.confirmed)
    if found.confirmed is None:
        return f"undecided, {found.possible} or more"
    same = found.possible >= found.confirmed
    return str(found.confirmed) if same else f"undecided, {found.possible} to {found.confirmed}"


def _beside(queue: pd.DataFrame, fine: Step) -> str:
    """What queue needs for the most that sync was confirmed to keep."""
    if queue.empty:
        return ""
    found = needed(queue, fine.passed)
    if found.possible is None:
        return "; queue needs more workers than were tried"
    if found.confirmed is None:
        kept = steps(queue[queue["workers"] == found.possible])
        some = f"queue with {_as_many(found.possible, fine)}"
        return f"; {some} sustains {at_most(kept[0].passed)}" if kept else f"; {some} is undecided"
    if found.possible < found.confirmed:
        return f"; queue needs {found.possible} to {workers(found.confirmed)}"
    return f"; queue needs {_as_many(found.confirmed, fine)}"


def _as_many(count: int, fine: Step) -> str:
    return "as many" if count == fine.workers else workers(count)
