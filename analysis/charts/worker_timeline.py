"""Swim lanes: a bar for each picture in the lane of a worker; where it is white, the worker had nothing to do."""

from collections.abc import Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import LINE_PX
from analysis.charts.parts.axes import SINCE, TITLE, mark_events
from analysis.charts.parts.layout import View, circumstances, framed
from analysis.charts.parts.palette import MODES, TEXT, ink
from analysis.data.model import marks
from analysis.series.worker_timeline import Lanes, lanes, lanes_sentence, lanes_table
from analysis.summary.groups import Group, steadiest

LEFT, RIGHT, BOTTOM, BETWEEN = 0.105, 0.975, 0.13, 0.125
PACKED = "no process recorded: each picture is in the first free lane"
# Of the room of a lane, what its bar takes.
BAR = 0.82
# The name of every lane, every second one and so on, as they have room.
STEPS = (1, 2, 4, 8, 16, 32, 64)
# Between two pictures in a lane that is as high as a line of text.
WIDEST_RIM = 1.5
# How work is hatched that failed, and work that was started a second time.
FAILED, AGAIN = "xx", "//"


def swim_lanes(group: Group) -> list[View]:
    """One chart: the fewest workers that keep up, each mode above the other."""
    telling = steadiest(group)
    shown = [lanes(trial) for trial in telling.trials]
    return [
        View(
            name=f"lanes_w{telling.workers}",
            sentence=lanes_sentence(telling, shown),
            draw=partial(draw_lanes, group, shown),
            table=lanes_table(shown),
        )
    ]


def draw_lanes(group: Group, shown: Sequence[Lanes], title: str) -> Figure:
    """One panel per trial, one lane per process, over the seconds since the load began."""
    names = ", ".join(each.trial.name for each in shown)
    figure, below = framed(title, circumstances(group, f"shown: {names}{_notes(shown)}"))
    height = (below - TITLE - BOTTOM - BETWEEN * (len(shown) - 1)) / len(shown)
    for n, each in enumerate(shown):
        bottom = BOTTOM + (len(shown) - 1 - n) * (height + BETWEEN)
        _draw_trial(figure.add_axes((LEFT, bottom, RIGHT - LEFT, height)), each)
    figure.axes[-1].set_xlabel(SINCE)
    return figure


def _notes(shown: Sequence[Lanes]) -> str:
    hatches = {"crossed: failed": "failed", "hatched: started again": "again"}
    said = [words for words, name in hatches.items() if any(each.work[name].any() for each in shown)]
    packed = [] if all(each.work["process"].all() for each in shown) else [PACKED]
    return "".join(f" · {words}" for words in (*packed, *said))


def _draw_trial(ax: Axes, each: Lanes) -> None:
    look = MODES[each.trial.cell.mode]
    rim = WIDEST_RIM * min(1.0, ax.get_window_extent().height / each.lanes / LINE_PX)
    for (failed, again), work in each.work.groupby(["failed", "again"]):
        ax.barh(
            work["lane"] + 1, work["until_s"] - work["from_s"], BAR, work["from_s"],
            color=look.colour, edgecolor="white", linewidth=rim, hatch=FAILED if failed else AGAIN if again else "",
        )  # fmt: skip
    happened = marks(each.trial)
    room = (2 * LINE_PX + 12) / ax.get_window_extent().height if happened else 0.0
    ax.set(xlim=(each.from_s, each.until_s), ylim=(each.lanes + 0.5, 0.5 - room / (1 - room) * each.lanes))
    ax.set_ylabel("worker")
    # By its label the panel of a mode is known.
    ax.set_label(each.trial.cell.mode)
    ax.grid(visible=False)
    ax.set_yticks(_named(ax, each.lanes))
    ax.tick_params(axis="y", length=0)
    ax.set_title(each.trial.cell.mode, color=ink(look.colour), loc="left", fontweight="bold")
    ax.set_title(f"busy {100 * each.busy_share:.0f} % of the time", color=TEXT, loc="right", fontsize="medium")
    mark_events(ax, happened, first_row=0)


def _named(ax: Axes, lanes: int) -> list[int]:
    room = int(ax.get_window_extent().height / LINE_PX)
    step = next(step for step in STEPS if lanes <= step * room or step == STEPS[-1])
    return list(range(1, lanes + 1, step))
