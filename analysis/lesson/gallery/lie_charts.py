"""Draws a lie beside the whole, or above it for a phone; the lie carries its stamp."""

from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.charts.parts.layout import DPI, SMALLEST_PT, STYLE, framed
from analysis.charts.parts.palette import TEXT
from analysis.lesson.gallery.lie_stamp import stamp
from analysis.lesson.gallery.panels import HEADROOM, draw_panel, has_names, highest
from analysis.lesson.gallery.panels_merged import Lie, Panel

LEFT, RIGHT, WIDTH, BOTTOM = 0.09, 0.59, 0.38, 0.14
# Room above the panels for what each side is.
HEADING = 0.06
# So narrow that its letters are read on a phone without a gesture.
STACKED_INCH = (6.4, 11.2)
# Room for the names of lines, right of a panel.
NAMES_PX = 108


def draw_lie(lie: Lie, subtitle: str) -> Figure:
    """Both sides on axes of the same reach, except where the axis itself is the lie."""
    with matplotlib.rc_context(STYLE):
        figure, top = framed(f"{lie.title}. {lie.hides}", subtitle)
        height = top - BOTTOM - HEADING
        _draw_both(figure, lie, [(left, BOTTOM, WIDTH, height) for left in (LEFT, RIGHT)])
        return figure


def draw_stacked(lie: Lie) -> Figure:
    """The same with the whole below the lie; what it leaves out is written beside the picture."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=STACKED_INCH, dpi=DPI)
        FigureCanvasAgg(figure)
        _draw_both(figure, lie, [(0.17, bottom, 0.79, 0.37) for bottom in (0.585, 0.085)])
        return figure


def _draw_both(figure: Figure, lie: Lie, places: Sequence[tuple[float, float, float, float]]) -> None:
    reach = HEADROOM * max(highest(lie.shown), highest(lie.honest))
    sides = ((lie.shown, "What is shown"), (lie.honest, "What was measured"))
    shown, _ = (
        _draw_side(figure, panel, heading, reach, place) for (panel, heading), place in zip(sides, places, strict=True)
    )
    stamp(shown)


def _draw_side(
    figure: Figure, panel: Panel, heading: str, reach: float, place: tuple[float, float, float, float]
) -> Axes:
    left, bottom, width, height = place
    names = NAMES_PX / (figure.get_figwidth() * figure.dpi) if has_names(panel) else 0
    ax = figure.add_axes((left, bottom, width - names, height))
    ax.set_title(heading, loc="left", fontsize=SMALLEST_PT, fontweight="bold", color=TEXT)
    ax.set_ylim(0, reach)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    draw_panel(ax, panel, reach)
    return ax
