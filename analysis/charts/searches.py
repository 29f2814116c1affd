"""Saves the charts of the searches for a capacity."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import matplotlib
import pandas as pd

from analysis.capacity.capacities import (
    LEVELS,
    capacity_sentences,
    capacity_table,
    goal_of,
    goal_words,
    reached,
)
from analysis.capacity.confirmed import at_most
from analysis.capacity.workers_needed import decision, needed_table
from analysis.charts import Chart, empty, save
from analysis.charts.capacity import UNDRAWN, draw_capacity, draw_reached
from analysis.charts.needed import draw_needed
from analysis.charts.parts.layout import STYLE, counted
from analysis.data.model import Experiment, Trial
from analysis.format import amount, number, verdict, workers
from analysis.models.ceiling import ceilings
from analysis.tables.summary import Table
from analysis.validity.verdict import Verdict


def draw_searches(
    experiment: Experiment, verdicts: Mapping[str, Verdict], capacities: pd.DataFrame, folder: Path
) -> list[Chart]:
    """For each combination of conditions the workers that a load needs, the load that workers keep, and for each
    worker count the trials."""
    empty(folder)
    charts: list[Chart] = []
    for number_of, (before, rows) in enumerate(capacities.groupby("prefix", sort=False), 1):
        suffix = f"-{number_of}" if capacities["prefix"].nunique() > 1 else ""
        charts += _over_load(experiment, str(before), rows, folder / f"workers_needed{suffix}")
        charts.append(_over_workers(experiment, str(before), rows, folder / f"capacity{suffix}"))
        tried = reached([trial for trial in experiment.trials if _belongs(trial, rows)], verdicts, goal_of(rows))
        charts += _of_trials(tried, str(before), rows, folder, suffix)
    return charts


def _over_load(experiment: Experiment, before: str, rows: pd.DataFrame, path: Path) -> Iterator[Chart]:
    """The decision that the searches allow; none where nothing was confirmed."""
    table = needed_table(rows)
    if table is None:
        return
    title, marks = decision(rows), "filled: kept · hollow: not kept · dotted: undecided"
    under = [f"workload {rows['workload'].iloc[0]}", goal_words(rows), marks, *_cores(experiment)]
    with matplotlib.rc_context(STYLE):
        save(draw_needed(rows, title, " · ".join(under)), path)
    yield Chart(name="workers_needed", prefix=before, finding=title, path=path, table=table)


def _over_workers(experiment: Experiment, before: str, rows: pd.DataFrame, path: Path) -> Chart:
    title = "; ".join(_summed(own) for _, own in rows.groupby("mode", sort=False))
    title = f"{title[0].upper()}{title[1:]}"
    ceiling = ceilings(experiment.bare)
    ceiling = ceiling[ceiling["workload"] == rows["workload"].iloc[0]]
    counts = counted([int(count) for count in rows["trials"]], "trial")
    under = [f"workload {rows['workload'].iloc[0]}", goal_words(rows), f"{counts} per search", *_cores(experiment)]
    with matplotlib.rc_context(STYLE):
        save(draw_capacity(rows, ceiling, title, " · ".join(under)), path)
    return Chart(name="capacity", prefix=before, finding=title, path=path, table=capacity_table(rows))


def _of_trials(tried: pd.DataFrame, before: str, rows: pd.DataFrame, folder: Path, suffix: str) -> Iterator[Chart]:
    goal = goal_of(rows)
    for count, own in rows.groupby("workers"):
        shown, path = tried[tried["workers"] == count], folder / f"searched-w{count}{suffix}"
        if shown.empty:
            continue
        (title,) = (sentence.removeprefix(before) for sentence in capacity_sentences(own))
        under = f"workload {own['workload'].iloc[0]} · one point a trial, {_points(shown)} · shaded: the capacity"
        with matplotlib.rc_context(STYLE):
            save(draw_reached(shown, own, goal.limit_s, f"{goal.clock} p{100 * goal.share:g}", title, under), path)
        yield Chart(name=f"searched_w{count}", prefix=before, finding=title, path=path, table=_trials_table(shown))


def _belongs(trial: Trial, rows: pd.DataFrame) -> bool:
    """Whether a trial was one of the searches: all levels but the rate are theirs."""
    names = ("mode", "workers", *LEVELS)
    return any(all(getattr(trial.cell, name) == row[name] for name in names) for row in rows.to_dict("records"))


def _points(shown: pd.DataFrame) -> str:
    """Of how many trials something is drawn."""
    drawn = int((~shown["mark"].isin(UNDRAWN)).sum())
    whole = amount(len(shown), "trial")
    return f"{drawn} of {whole}" if drawn < len(shown) else whole


def _trials_table(shown: pd.DataFrame) -> Table:
    return Table(
        headings=["trial", "mode", "offered [pictures/s]", "verdict", "reached [s]"],
        rows=[
            [str(row["trial"]), str(row["mode"]), number(row["rate"], 2), verdict(row["verdict"])]
            + [row["mark"] or number(row["reached_s"], 3)]
            for row in shown.sort_values(["mode", "rate"]).to_dict("records")
        ],
    )


def _summed(rows: pd.DataFrame) -> str:
    """What the most workers of one mode keep, such as `sync keeps 9.8 pictures/s with 4 workers`."""
    known = rows.dropna(subset=["passed"])
    if known.empty:
        return f"{rows['mode'].iloc[0]} keeps the goal at no rate that was confirmed"
    last = known.sort_values("workers").to_dict("records")[-1]
    return f"{last['mode']} keeps {at_most(last['passed'])} pictures/s with {workers(int(last['workers']))}"


def _cores(experiment: Experiment) -> Sequence[str]:
    return [amount(experiment.cores, "core")] if experiment.cores else []
