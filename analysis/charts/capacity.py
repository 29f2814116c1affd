"""The charts of capacity searches: the bounds per cell, the trials that found them, and workers needed against load."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.analysis import Analysis
from analysis.capacity.results import (
    LEVELS,
    TOO_FEW,
    WITHHELD,
    at_most,
    capacity_sentences,
    capacity_table,
    goal_of,
    goal_words,
    reached,
)
from analysis.capacity.workers_needed import Step, decision, needed_table, steps, sync_is_fine
from analysis.charts import Chart, empty, save
from analysis.charts.parts.annotations import Arrow, EndLabel, draw_arrows, label_ends
from analysis.charts.parts.axes import (
    WORKERS_BOTTOM,
    WORKERS_LEFT,
    WORKERS_WIDTH,
    places,
    scale_time_axis,
    worker_axes,
    worker_counts,
)
from analysis.charts.parts.layout import STYLE, counted, framed
from analysis.charts.parts.palette import MODES, QUIET, WINDOW, ink, tag
from analysis.data.model import Experiment, Trial
from analysis.format import Table, amount, number, verdict, workers
from analysis.metrics.utilisation import ceilings

HEADROOM = 1.15
# Of the axis; an arrow further right has its words in two lines.
NARROW = 0.35
# How far an arrow is moved for each part of its mode's shift, in parts of the axis.
ARROWS_APART = 0.4
# What is said of a trial in the table alone.
UNDRAWN = (WITHHELD, TOO_FEW)


def draw_capacity(rows: pd.DataFrame, ceiling: pd.DataFrame, title: str, subtitle: str) -> Figure:
    """Capacity [pictures/s] against workers: a bar from the highest rate that was kept to the lowest that was not."""
    figure, ax = worker_axes(title, subtitle, rows)
    counts = worker_counts(rows)
    limits = ceiling.set_index("workers")["ceiling_throughput"].reindex(counts)
    top = float(np.nanmax([*rows["passed"], *rows["failed"], *limits, 0.1]))
    ax.set(ylim=(0, HEADROOM * top), ylabel="capacity [pictures/s]")
    labels = [_draw_bars(ax, counts, own) for _, own in rows.groupby("mode", sort=False)]
    if limits.notna().any():
        ax.plot(range(len(counts)), limits, color=QUIET, linewidth=1.2)
        labels.append(EndLabel(x=len(counts) - 1, y=float(limits.iloc[-1]), text="bare processes", colour=QUIET))
    label_ends(ax, [label for label in labels if label], at_edge=True)
    return figure


def _draw_bars(ax: Axes, counts: list[int], rows: pd.DataFrame) -> EndLabel | None:
    mode = str(rows["mode"].iloc[0])
    look, place = MODES[mode], places(counts, rows)
    ax.vlines(place, rows["passed"], rows["failed"], color=look.colour, linewidth=5)
    for end, face in (("passed", look.colour), ("failed", "white")):
        ax.plot(place, rows[end], look.marker, color=look.colour, markersize=13, mfc=face, mew=2.5, linestyle="")
    known = np.flatnonzero(rows["passed"].notna())
    if not len(known):
        return None
    last = known[-1]
    return EndLabel(
        x=float(place[last]), y=float(rows["passed"].iloc[last]), text=f"{mode}: sustained", colour=look.colour
    )


def draw_reached(
    shown: pd.DataFrame, found: pd.DataFrame, limit_s: float, what: str, title: str, subtitle: str
) -> Figure:
    """What each trial of one worker count showed against its rate, an arrow where that is no time; shaded what the
    capacity lies between."""
    figure, below = framed(title, subtitle)
    ax = figure.add_axes((WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH, below - WORKERS_BOTTOM))
    labels = [_draw_trials(ax, rows) for _, rows in shown.groupby("mode", sort=False)]
    ax.axhline(limit_s, linestyle=(0, (6, 4)), color=QUIET, linewidth=2)
    arrows, end = list(_arrows(shown)), float(shown["rate"].max())
    scale_time_axis(ax, room_for_arrows=bool(arrows), room_for_doubts=False)
    for _, row in found.dropna(subset=["passed", "failed"]).iterrows():
        ax.axvspan(row["passed"], row["failed"], color=MODES[str(row["mode"])].colour, alpha=0.12, linewidth=0)
    ax.set(xlabel="offered [pictures/s]", ylabel=f"{what} (log scale)", xlim=(0, 1.05 * end))
    labels.append(EndLabel(x=end, y=limit_s, text=f"goal: {number(limit_s, 2)} s", colour=QUIET))
    taken_px = draw_arrows(ax, arrows, last_place=(1 - NARROW) * end)
    label_ends(ax, [label for label in labels if label], at_edge=True, taken_px=taken_px)
    return figure


def _draw_trials(ax: Axes, rows: pd.DataFrame) -> EndLabel | None:
    """One point for each trial that has a time."""
    mode = str(rows["mode"].iloc[0])
    look, drawn = MODES[mode], rows.dropna(subset=["reached_s"]).sort_values("rate")
    if drawn.empty:
        return None
    ax.plot(
        drawn["rate"],
        drawn["reached_s"],
        look.marker,
        color=look.colour,
        markersize=13,
        mfc="none",
        mew=2.5,
        linestyle="",
    )
    last = drawn.iloc[-1]
    return EndLabel(x=float(last["rate"]), y=float(last["reached_s"]), text=mode, colour=look.colour)


def _arrows(shown: pd.DataFrame) -> Iterator[Arrow]:
    """One for each trial whose time grows without limit, or is missing; those of the modes stand beside each other."""
    apart = ARROWS_APART * float(shown["rate"].max())
    for row in shown[(shown["mark"] != "") & ~shown["mark"].isin(UNDRAWN)].to_dict("records"):
        mode, x = str(row["mode"]), float(row["rate"]) + apart * MODES[str(row["mode"])].shift
        yield Arrow(x=x, mode=mode, words=f"{mode} {row['mark']}", fill="none")


# Above the most workers there is room for what is said of sync.
ROOM_ABOVE = 0.15
WIDER = 1.05
# The palette's shift is for some places on an axis; with so many two equal lines are just as far apart in pixels.
USUAL_PLACES = 3
# In black and white the modes differ by these, besides their markers.
CONFIRMED = {"sync": "--", "queue": "-"}
UNDECIDED = {"sync": "-.", "queue": ":"}


def draw_needed(rows: pd.DataFrame, title: str, subtitle: str) -> Figure:
    """The fewest workers of each mode that keep a goal, over the load [pictures/s]; shaded where sync is fine."""
    figure, below = framed(title, subtitle)
    ax = figure.add_axes((WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH, below - WORKERS_BOTTOM))
    counts = worker_counts(rows)
    ax.set_yticks(range(len(counts)), [str(count) for count in counts])
    ax.set(ylim=(-0.5, len(counts) - 0.5 + ROOM_ABOVE * len(counts)), ylabel="workers needed")
    ax.set(xlim=(0, WIDER * float(np.nanmax(rows[["passed", "failed"]]))), xlabel="load [pictures/s]")
    _shade(ax, sync_is_fine(rows))
    labels = [_draw_mode(ax, counts, str(mode), steps(own)) for mode, own in rows.groupby("mode", sort=False)]
    label_ends(ax, [label for label in labels if label], at_edge=True)
    return figure


def _shade(ax: Axes, fine: Step | None) -> None:
    """The loads at which sync is fine, and the words at their end, on the side where there is room."""
    if fine is None:
        return
    colour, ends = MODES["sync"].colour, fine.passed
    ax.axvspan(0, ends, color=WINDOW, zorder=0, gid=tag("sync"))
    ax.axvline(ends, color=colour, linestyle=(0, (6, 4)), linewidth=1.5)
    left = ends > ax.get_xlim()[1] / 2
    ax.annotate(
        f"sync is fine up to {at_most(ends)}/s",
        (ends, 0.98),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-8 if left else 8, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        color=ink(colour),
    )


def _draw_mode(ax: Axes, counts: list[int], mode: str, found: list[Step]) -> EndLabel | None:
    """Filled the most that so many workers were confirmed to keep, hollow the least that they were not."""
    if not found:
        return None
    look, edge = MODES[mode], float(ax.get_xlim()[1])
    shift = look.shift * len(counts) / USUAL_PLACES
    height = [counts.index(step.workers) + shift for step in found]
    loads = [load for step in found for load in (step.start, step.passed)]
    ax.plot(loads, np.repeat(height, 2), color=look.colour, linewidth=3, linestyle=CONFIRMED[mode])
    for step, at in zip(found, height, strict=True):
        ax.plot([step.passed, min(step.failed, edge)], [at, at], UNDECIDED[mode], color=look.colour, linewidth=3)
        point: dict[str, Any] = {"marker": look.marker, "color": look.colour, "markersize": 11, "mew": 2.5}
        if math.isfinite(step.failed):
            ax.plot(step.failed, at, mfc="white", **point)
        ax.plot(step.passed, at, **point)
    return EndLabel(x=min(found[-1].failed, edge), y=height[-1], text=mode, colour=look.colour)


def draw_searches(made: Analysis, folder: Path) -> list[Chart]:
    """For each combination of conditions the workers that a load needs, the load that workers keep, and for each
    worker count the trials."""
    if made.capacities is None:
        return []
    empty(folder)
    experiment, capacities = made.experiment, made.capacities
    charts: list[Chart] = []
    for number_of, (before, rows) in enumerate(capacities.groupby("prefix", sort=False), 1):
        suffix = f"-{number_of}" if capacities["prefix"].nunique() > 1 else ""
        charts += _over_load(experiment, str(before), rows, folder / f"workers_needed{suffix}")
        charts.append(_over_workers(experiment, str(before), rows, folder / f"capacity{suffix}"))
        tried = reached([trial for trial in experiment.trials if _belongs(trial, rows)], made.verdicts, goal_of(rows))
        charts += _of_trials(tried, str(before), rows, folder, suffix)
    return charts


def _over_load(experiment: Experiment, before: str, rows: pd.DataFrame, path: Path) -> Iterator[Chart]:
    """The decision that the searches allow; none where nothing was confirmed."""
    table = needed_table(rows)
    if table is None:
        return
    title, marks = decision(rows), "filled: sustained · hollow: not sustained · dotted: undecided"
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
        under = f"workload {own['workload'].iloc[0]} · one point per trial, {_points(shown)} · shaded: the capacity"
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
        return f"{rows['mode'].iloc[0]} meets the goal at no confirmed rate"
    last = known.sort_values("workers").to_dict("records")[-1]
    return f"{last['mode']} sustains {at_most(last['passed'])} pictures/s with {workers(int(last['workers']))}"


def _cores(experiment: Experiment) -> Sequence[str]:
    return [amount(experiment.cores, "core")] if experiment.cores else []
