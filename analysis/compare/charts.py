"""The charts of a comparison: every metric against workers with a line for each mode of each experiment, and ratios."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import Chart, draw_ratios, save
from analysis.charts.parts.annotations import EndLabel, draw_arrows, label_ends
from analysis.charts.parts.doubts import mark_doubts
from analysis.charts.parts.layout import STYLE
from analysis.charts.parts.log_time import scale_time_axis
from analysis.charts.parts.palette import MODES, QUIET
from analysis.charts.parts.worker_axis import worker_axes, worker_counts
from analysis.charts.throughput import HEADROOM
from analysis.compare.alignment import READY_P95, RESPONSE_P95, Together
from analysis.compare.circumstances import circumstances, conditions, other_cores, without_other_cores
from analysis.compare.findings import of_chart, title
from analysis.compare.lines import Line, arrows_of, doubts_of, end_labels, ends, lines_of, values
from analysis.compare.look import lettered, line_look
from analysis.data.factors import suffix
from analysis.findings.contrasts import contrast_title
from analysis.format import number
from analysis.summary.contrasts import READY, RESPONSE, THROUGHPUT
from analysis.tables.contrasts import contrast_table
from analysis.tables.summary import as_table

AXES = {
    THROUGHPUT: "throughput [pictures/s]",
    RESPONSE: "response time, median",
    RESPONSE_P95: "response time, p95",
    READY: "ready time, median",
    READY_P95: "ready time, p95",
}
# Room between the last line and the edge of the axes.
EDGE = 0.15


def draw_all(together: Together, folder: Path, forced: str) -> list[Chart]:
    """Draws and saves every chart; `forced` says what makes the comparison unfair, and stands in all of them."""
    end = suffix(together.levels, together.varied)
    charts = [_line_chart(together, metric, folder, end, forced) for metric in AXES]
    return charts + [_ratio_chart(together, each, folder, end, forced) for each in charted(together)]


def charted(together: Together) -> list[int]:
    """Which of the further experiments have a ratio to show."""
    known = [any(contrast.ratios for contrast in of_chart(each).contrasts) for each in together.compared]
    return [n for n, shown in enumerate(known, start=1) if shown]


def draw_lines(together: Together, metric: str, forced: str = "") -> Figure:
    """One metric against workers: colour and shape tell the mode, dash and fill the experiment."""
    shown, meaning = lettered(together)
    under = circumstances(together.groups, together.varied, meaning, forced)
    with matplotlib.rc_context(STYLE):
        figure, ax = worker_axes(title(shown, metric), under, together.cells)
        lines = lines_of(shown)
        ax.set_xlim(right=max(float(line.place[-1]) for line in lines) + EDGE)
        for line in lines:
            ax.plot(line.place, values(line, metric), label=line.name, **line_look(line.mode, line.style))
            ax.vlines(line.place, *ends(line, metric), color=MODES[line.mode].colour, linewidth=1.5)
        (_rates if metric == THROUGHPUT else _times)(ax, together, lines, metric)
        ax.set_ylabel(AXES[metric])
    return figure


def draw_ratios_of(together: Together, which: int, forced: str = "") -> Figure:
    """The ratios of one of the further experiments to the first."""
    shown, meaning = lettered(together)
    sides = [together.groups[0], together.groups[which]]
    note = " · ".join(filter(None, [other_cores(sides), meaning, forced]))
    words = conditions(sides, together.varied)
    return draw_ratios(of_chart(shown.compared[which - 1]), without_other_cores(sides), words, note)


def _line_chart(together: Together, metric: str, folder: Path, end: str, forced: str) -> Chart:
    name = metric.removesuffix("_s")
    spread = [f"{name}_{end}{unit}" for unit in ("", "_s") for end in ("low", "high")]
    path = folder / f"{name}{end}"
    save(draw_lines(together, metric, forced), path)
    return Chart(
        name=name,
        prefix=together.prefix,
        finding=title(together, metric),
        path=path,
        table=as_table(together.cells, ["experiment", "mode", "workers", metric, *spread, "verdict"]),
    )


def _ratio_chart(together: Together, which: int, folder: Path, end: str, forced: str) -> Chart:
    path = folder / f"{'ratios' if len(together.compared) == 1 else f'ratios-{which}'}{end}"
    save(draw_ratios_of(together, which, forced), path)
    comparison = together.compared[which - 1]
    return Chart(
        name="ratios",
        prefix=together.prefix,
        finding=contrast_title(of_chart(comparison)),
        path=path,
        table=contrast_table(comparison),
    )


def _rates(ax: Axes, together: Together, lines: Sequence[Line], metric: str) -> None:
    """Pictures per second from zero, with what was offered dashed."""
    offered = sorted({group.offered_rate for group in together.groups})
    ax.set_ylim(0, HEADROOM * max(*offered, *(float(line.rows[metric].max()) for line in lines)))
    labels = end_labels(lines, metric)
    for rate in offered:
        ax.axhline(rate, linestyle=(0, (6, 4)), color=QUIET, linewidth=1.5, zorder=1)
        labels.append(EndLabel(x=ax.get_xlim()[1], y=rate, text=f"offered {number(rate)}/s", colour=QUIET))
    mark_doubts(ax, doubts_of(lines, metric))
    label_ends(ax, labels, at_edge=True)


def _times(ax: Axes, together: Together, lines: Sequence[Line], metric: str) -> None:
    """Times on a log axis; an arrow where a time grows without limit or is missing."""
    arrows, doubts = arrows_of(lines, metric), doubts_of(lines, metric)
    scale_time_axis(ax, room_for_arrows=bool(arrows), room_for_doubts=bool(doubts))
    mark_doubts(ax, doubts)
    taken_px = draw_arrows(ax, arrows, last_place=float(len(worker_counts(together.cells)) - 1))
    label_ends(ax, end_labels(lines, metric), at_edge=True, taken_px=taken_px)
