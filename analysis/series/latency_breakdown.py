"""Where the time of a picture goes: the mean of every step from the due time until it is ready. Pure."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import cohort
from analysis.format import GROWS, Table, duration, number
from analysis.metrics.equivalence import Row
from analysis.summary.cells import told_workers
from analysis.summary.groups import Group, in_modes
from analysis.validity.verdict import OVERLOADED

LAG, DOOR, ACCEPT, LINE, ANSWER = "send lag", "web wait", "accept", "queue wait", "answer"
WORK, EXTERNAL = "work", "external"
#: In the order in which they pass; in older files the external resource is a part of the work.
PARTS = (LAG, DOOR, ACCEPT, LINE, WORK, EXTERNAL, ANSWER)
WAITS = (DOOR, LINE)


def time_parts(group: Group) -> pd.DataFrame:
    """One row per cell: `mode`, `workers`, `pictures`, and means in seconds: `ready_s`, and the parts of its sum.

    Made of the pictures of the measurement that became ready. The times of an overloaded cell are missing: they
    depend on when one stops measuring.
    """
    called = all(_ready([trial])["external_at"].notna().all() for trial in group.trials)
    rows = [_of_cell(group, row, called) for _, row in group.cells.iterrows()]
    return pd.DataFrame(rows).dropna(axis="columns", how="all")


def parts_of(table: pd.DataFrame) -> list[str]:
    """The parts that a table has, in their order."""
    return [part for part in PARTS if part in table]


def parts_sentence(group: Group, table: pd.DataFrame) -> str:
    """How long a picture takes with the fewest workers that have a time, and how much of it is waiting."""
    known = table.dropna(subset=["ready_s"])
    count = int(known["workers"].min())
    rows = group.cells[(group.cells["workers"] == count) & (group.cells["verdict"] != OVERLOADED)]
    shown = known[known["workers"] == count]
    said = [f"{duration(each['waits_s'])} of its {duration(each['ready_s'])}" for _, each in shown.iterrows()]
    some = told_workers(count, *(row for _, row in rows.iterrows()))
    return f"With {some}, a picture waits {in_modes(shown['mode'], said)}, on average"


def parts_table(table: pd.DataFrame) -> Table:
    """The parts as text."""
    parts = parts_of(table)
    return Table(
        headings=[
            "mode",
            "workers",
            "pictures",
            *(f"{part} [s]" for part in parts),
            "waiting [s]",
            "ready time, mean [s]",
        ],
        rows=[
            [str(row["mode"]), str(row["workers"]), str(row["pictures"])]
            + [number(row[part], 4) for part in (*parts, "waits_s")]
            + [number(row["ready_s"], 4) if row["ready_s"] == row["ready_s"] else GROWS]
            for _, row in table.iterrows()
        ],
    )


def _of_cell(group: Group, row: Row, called: bool) -> dict[str, Any]:
    mode, workers = str(row["mode"]), int(str(row["workers"]))
    named = {"mode": mode, "workers": workers, "pictures": 0}
    if row["verdict"] == OVERLOADED:
        return named
    ready = _ready(group.trials_of(mode, workers))
    means = {str(part): float(mean) for part, mean in _steps(ready, called).mean().items()}
    waits = sum(means[part] for part in WAITS)
    return named | {"pictures": len(ready), "ready_s": float(ready["ready_s"].mean()), "waits_s": waits} | means


def _ready(trials: Sequence[Trial]) -> pd.DataFrame:
    rows = pd.concat([cohort(trial) for trial in trials])
    return rows[rows["outcome"] == "ok"]


def _steps(rows: pd.DataFrame, called: bool) -> pd.DataFrame:
    """Each step of each picture [s]; in mode sync no message is sent, and the answer is the end.

    called: whether it is known of each when the external resource was called. By an execution that was overtaken by
    a later one it was called before that started.
    """
    taken = rows["enqueued_at"].fillna(rows["started_at"])
    called_at = rows["external_at"].clip(lower=rows["started_at"]) if called else rows["finished_at"]
    return pd.DataFrame(
        {
            LAG: rows["sent_at"] - rows["due_at"],
            DOOR: rows["received_at"] - rows["sent_at"],
            ACCEPT: taken - rows["received_at"],
            LINE: rows["started_at"] - taken,
            WORK: called_at - rows["started_at"],
            EXTERNAL: rows["finished_at"] - called_at if called else math.nan,
            ANSWER: rows["due_at"] + rows["ready_s"] - rows["finished_at"],
        }
    )
