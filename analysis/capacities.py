"""What a search for the capacity at a goal has found, in sentences and tables. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.checks import OVERLOADED
from analysis.conditions import CONDITIONS, prefix
from analysis.experiment import Trial
from analysis.goals import Goal, reached_s
from analysis.tables import Table
from analysis.words import GROWS, duration, number, workers

LEVELS = tuple(name for name in CONDITIONS if name != "offered_rate")


def goal_words(capacities: pd.DataFrame) -> str:
    """The goal, such as `ready p95 within 2 s`."""
    row = capacities.iloc[0]
    return f"{row['clock']} p{100 * row['share']:g} within {number(row['limit_s'], 2)} s"


def with_prefix(capacities: pd.DataFrame, per_trial: pd.DataFrame) -> pd.DataFrame:
    """Adds `prefix`, which tells the levels of what was varied, and `overload`, the most that an overloaded trial
    finished [pictures/s]; sorts by prefix, worker count and mode."""
    told = _told_apart(capacities)
    keys = ["mode", "workers", *LEVELS]
    overloaded = per_trial[per_trial["verdict"] == OVERLOADED].rename(columns={"throughput": "overload"})
    most = overloaded.groupby(keys)["overload"].max().reset_index()
    named = capacities.merge(most, on=keys, how="left")
    named = named.assign(
        prefix=[prefix({str(name): row[name] for name in LEVELS}, told) for row in named.to_dict("records")]
    )
    return named.astype({"workers": int}).sort_values(["prefix", "workers", "mode"], ascending=[True, True, False])


def _told_apart(rows: pd.DataFrame) -> list[str]:
    """The conditions that differ between the rows, but for the rate, which every search has its own of."""
    return [name for name in LEVELS if rows[name].nunique() > 1]


def capacity_sentences(capacities: pd.DataFrame) -> list[str]:
    """One for each worker count, both modes in it."""
    sentences = []
    for (before, count), rows in capacities.groupby(["prefix", "workers"], sort=False):
        said = "; ".join(f"{row['mode']} {_bounds(row)}" for row in rows.to_dict("records"))
        sentences.append(f"{before}{goal_words(capacities).capitalize()}, with {workers(int(str(count)))}: {said}")
    return sentences


def overload_sentences(cells: pd.DataFrame) -> list[str]:
    """What the heaviest load that was tried did in each mode, one for each worker count and set of conditions."""
    beyond = cells[cells["verdict"] == OVERLOADED].sort_values("offered_rate")
    told = _told_apart(cells)
    sentences = []
    for (*levels, count), rows in beyond.groupby([*LEVELS, "workers"]):
        before = prefix(dict(zip(LEVELS, levels, strict=True)), told)
        worst = rows.drop_duplicates("mode", keep="last").to_dict("records")
        said = "; ".join(
            f"in {row['mode']} at {number(row['offered_rate'])} pictures/s {_overload(row)}" for row in worst
        )
        sentences.append(f"{before}Overload with {workers(int(str(count)))}: {said}")
    return sentences


def capacity_table(capacities: pd.DataFrame) -> Table:
    """One row per search."""
    return Table(
        headings=["conditions", "mode", "workers", "kept up to [pictures/s]", "not kept from [pictures/s]"]
        + ["predicted [pictures/s]", "emptying a full queue [pictures/s]", "most finished under overload [pictures/s]"]
        + ["trials", "measured [min]", "how the search ended"],
        rows=[
            [str(row["prefix"]).removesuffix(": ") or "–", str(row["mode"]), str(row["workers"])]
            + [number(row[name], 2) for name in ("passed", "failed", "predicted", "drained", "overload")]
            + [f"{row['trials']:.0f}", number(row["measured_s"] / 60), str(row["reason"])]
            for row in capacities.to_dict("records")
        ],
    )


def reached(trials: Sequence[Trial], goal: Goal) -> pd.DataFrame:
    """What each trial of a search showed: `mode`, `workers`, `rate` [pictures/s], `reached_s`."""
    return pd.DataFrame(
        {
            "mode": [trial.cell.mode for trial in trials],
            "workers": [trial.cell.workers for trial in trials],
            "rate": [trial.cell.offered_rate for trial in trials],
            "trial": [trial.name for trial in trials],
            "reached_s": [reached_s(trial, goal) for trial in trials],
        }
    )


def goal_of(capacities: pd.DataFrame) -> Goal:
    """The goal that all of its searches had."""
    row = capacities.iloc[0]
    return Goal(clock=str(row["clock"]), share=float(row["share"]), limit_s=float(row["limit_s"]))


def _bounds(row: Mapping[Any, Any]) -> str:
    passed, failed = row["passed"], row["failed"]
    if math.isnan(passed) and math.isnan(failed):
        return "undecided"
    if math.isnan(failed):
        return f"keeps it at {number(passed)} pictures/s; how far beyond is open"
    if math.isnan(passed):
        return f"does not keep it at {number(failed)} pictures/s; where it does is open"
    return f"keeps it at {number(passed)} and no more at {number(failed)} pictures/s"


def _overload(row: Mapping[Any, Any]) -> str:
    """The two clocks of an overloaded trial: only the answer of queue mode does not wait for a worker."""
    if row["mode"] == "sync" or row["unanswered_grows"]:
        return f"the wait for an answer {GROWS}"
    return f"the answer still comes in {duration(row['response_p50_s'])}, and the wait for the picture {GROWS}"
