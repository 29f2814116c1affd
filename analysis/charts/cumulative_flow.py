"""What came and what was done, counted from the start, one panel per mode: the gap between the lines is the backlog."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import EndLabel, label_ends
from analysis.charts.parts.axes import BEFORE, SINCE, mark_events, panels, shade_measured
from analysis.charts.parts.layout import View, circumstances, framed
from analysis.charts.parts.palette import MODES, TEXT
from analysis.data.model import marks
from analysis.format import duration
from analysis.series.cumulative_flow import Flow, flow, flow_sentence, flow_table
from analysis.summary.groups import Group, tellings

# Room above the last count for words, in multiples of it.
ROOM, ROOM_WITH_EVENTS = 1.15, 1.35
# A gap lower than this share of the axis has no room for words; they then stand below the lines.
ROOM_FOR_WORDS = 0.4
# Where the words stand along their arrows, so that they touch neither each other nor the lines.
UP, ALONG, BEGIN = 0.38, 0.47, 0.3
WORDS: Any = {"color": TEXT, **BEFORE}
DASHED = (0, (3, 2))
# More steps than a line is pixels long cannot be seen; a million of them make a report that no browser opens.
MOST_STEPS = 4000


def arrivals(group: Group) -> list[View]:
    """One chart of trials that cannot keep up, and one of trials that do."""
    views = []
    for telling in tellings(group):
        flows = [flow(trial) for trial in telling.trials]
        views.append(
            View(
                name=f"arrivals_w{telling.workers}",
                sentence=flow_sentence(telling, flows),
                draw=partial(draw_arrivals, group, flows),
                table=flow_table(flows),
            )
        )
    return views


def draw_arrivals(group: Group, flows: Sequence[Flow], title: str) -> Figure:
    """Uploads due, answered and ended since the load began; arrows show how many are open and how far it is behind."""
    names = ", ".join(each.trial.name for each in flows)
    figure, below = framed(title, circumstances(group, f"shown: {names}"))
    happened = [marks(each.trial) for each in flows]
    highest = max(len(each.due) for each in flows) * (ROOM_WITH_EVENTS if any(happened) else ROOM)
    titles = [(each.trial.cell.mode, MODES[each.trial.cell.mode].colour) for each in flows]
    for ax, each, marked in zip(panels(figure, below, titles), flows, happened, strict=True):
        ax.set(xlim=(0, max(each.until_s for each in flows)), ylim=(0, highest), xlabel=SINCE)
        _draw_flow(ax, each)
        mark_events(ax, marked)
    figure.axes[0].set_ylabel("uploads since the load began")
    return figure


def _draw_flow(ax: Axes, each: Flow) -> None:
    trial, colour = each.trial, MODES[each.trial.cell.mode].colour
    shade_measured(ax, trial.window.start - trial.started_at, trial.window.end - trial.started_at)
    labels = [_draw_count(ax, each, each.due, "due", color=TEXT, linewidth=2)]
    if trial.cell.mode == "queue":
        labels.append(_draw_count(ax, each, each.answered, "answered", color=colour, linewidth=2.5, linestyle=DASHED))
    labels.append(_draw_count(ax, each, each.ended, "ended" if each.failed else "done", color=colour, linewidth=3.5))
    _fill(ax, each, colour)
    _mark_gaps(ax, each)
    label_ends(ax, labels, at_edge=True)


def _draw_count(ax: Axes, each: Flow, times: np.ndarray, name: str, **look: Any) -> EndLabel:
    x, y = _counted(times, each.until_s)
    ax.step(x, y, where="post", **look)
    return EndLabel(x=each.until_s, y=float(len(times)), text=name, colour=look["color"])


def _counted(times: np.ndarray, until_s: float) -> tuple[np.ndarray, np.ndarray]:
    """The count after each of the times that can be told apart, from zero at the start to the end."""
    x, y = np.concatenate([[0.0], times, [until_s]]), np.append(np.arange(len(times) + 1), len(times))
    visible = _evenly_spaced(len(x))
    return x[visible], y[visible]


def _evenly_spaced(count: int) -> np.ndarray:
    """The places of at most MOST_STEPS of so many values, evenly, the first and the last among them."""
    return np.linspace(0, count - 1, min(count, MOST_STEPS)).round().astype(int)


def _fill(ax: Axes, each: Flow, colour: str) -> None:
    at = np.unique(np.concatenate([[0.0], each.due, each.ended, [each.until_s]]))
    at = at[_evenly_spaced(len(at))]
    due, ended = (np.searchsorted(times, at, side="right") for times in (each.due, each.ended))
    ax.fill_between(at, ended, due, step="post", color=colour, alpha=0.15, linewidth=0)


def _mark_gaps(ax: Axes, each: Flow) -> None:
    """An arrow up where the most are open, one across where the ends are furthest behind; their words once each."""
    at, ended, due = each.most
    nth, was_due, came = each.furthest
    arrow: Any = {"arrowstyle": "<->", "color": TEXT, "lw": 2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (at, ended), xytext=(at, due), arrowprops=arrow)
    ax.annotate("", (was_due, nth), xytext=(came, nth), arrowprops=arrow)
    middle = was_due + ALONG * (came - was_due)
    up, behind = f"{due - ended} open", f"{duration(each.behind_s)} behind"
    upright, level = (at, ended + UP * (due - ended)), (middle, float(nth))
    if due - ended > ROOM_FOR_WORDS * ax.get_ylim()[1]:
        # Above the arrow or below it, where the line is further away from the beginning of the words.
        begin = was_due + BEGIN * (came - was_due)
        above = np.searchsorted(each.due, begin) - nth > nth - np.searchsorted(each.ended, begin)
        _write_beside(ax, up, upright, (-8, 5), ha="right")
        _write_beside(ax, behind, level, (0, 5 if above else -5), ha="center", va="baseline" if above else "top")
    else:
        _write_below(ax, up, upright, 0.19)
        _write_below(ax, behind, level, 0.08)


def _write_beside(ax: Axes, words: str, point: tuple[float, float], off_pt: tuple[float, float], **align: Any) -> None:
    ax.annotate(words, point, xytext=off_pt, textcoords="offset points", **align, **WORDS)


def _write_below(ax: Axes, words: str, point: tuple[float, float], height: float) -> None:
    """The words below the lines, where it is empty, with a line to the point they are said of."""
    back: Any = {"arrowstyle": "-", "color": TEXT, "lw": 0.8, "shrinkB": 3, "relpos": (0, 0.5)}
    ax.annotate(words, point, xytext=(0.97, height), textcoords="axes fraction", ha="right", arrowprops=back, **WORDS)
