"""What can be seen of a chart: its texts with their places, and what its lines, points and bars are drawn in."""

from collections.abc import Iterator
from functools import lru_cache

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from analysis.charts.parts.axes import EVENT
from analysis.charts.parts.palette import FAINT, WINDOW

# These carry nothing that is not said elsewhere: shades behind the drawing, and lines between groups of rows.
BACKGROUND = {WINDOW, FAINT}
NO_FILL = {"none", "white", "#ffffff"}


@lru_cache(maxsize=32)
def texts(figure: Figure) -> tuple[tuple[Text, Bbox], ...]:
    """Every text that shows, with its place in pixels; laid out once, because that is what takes time, and
    forgotten after the charts of some experiments, which else fill the memory."""
    figure.draw_without_rendering()
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    hidden = set(_hidden_ticks(figure))
    return tuple((text, Text.get_window_extent(text)) for text in shown if text not in hidden)


def _hidden_ticks(figure: Figure) -> Iterator[Text]:
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def lines(ax: Axes) -> list[Line2D]:
    """The lines and points of an axes, but for marks of events, lines between rows, and the ends of intervals, which
    stand on the points of their series."""
    marks = (line for line in ax.lines if line.get_gid() != EVENT and line.get_marker() != "_")
    return [line for line in marks if to_hex(line.get_color()) not in BACKGROUND]


def inked(line: Line2D) -> list[object]:
    """The colours that a line, or a point and its rim, are seen by."""
    if line.get_linestyle() != "None" or not line.get_marker():
        return [line.get_color()]
    return [colour for colour in (line.get_markerfacecolor(), line.get_markeredgecolor()) if str(colour) not in NO_FILL]


def bars(ax: Axes) -> list[Rectangle]:
    """The bars of an axes that have something in them, but for shades."""
    found = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_height() and patch.get_width()]
    return [
        bar for bar in found if to_hex(bar.get_facecolor()) not in BACKGROUND and to_rgba(bar.get_facecolor())[3] == 1
    ]


def drawn_parts(figure: Figure) -> set[Artist]:
    """Everything that is drawn, arrows too, which are parts of their words."""
    words = (text for text in figure.findobj(Text) if isinstance(text, Annotation))
    return {*figure.findobj(), *(text.arrow_patch for text in words if text.arrow_patch is not None)}


@lru_cache(maxsize=32)
def colours_by_part(figure: Figure) -> dict[Artist, set[str]]:
    """The colours of everything that is drawn."""
    return {part: colours_of(part) for part in drawn_parts(figure)}


def colours_of(artist: Artist) -> set[str]:
    """Every colour that something drawn has, whatever it is."""
    asked = ("get_color", "get_facecolor", "get_edgecolor", "get_markerfacecolor", "get_markeredgecolor")
    told = [getattr(artist, name)() for name in asked if hasattr(artist, name)]
    return {to_hex(colour) for each in told for colour in to_rgba_array(each)}


def in_panel(ax: Axes, mode: str) -> set[Artist]:
    """What stands in a panel whose title is the mode."""
    named = ax.get_title(loc="left") == mode
    return {*ax.lines, *ax.collections, *ax.patches, *ax.texts} if named else set()


def over_tick(ax: Axes, mode: str) -> set[Artist]:
    """The bars that stand over the name of the mode, or over its first letter."""
    ticks = zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
    places = {round(float(at), 3) for at, label in ticks if label.get_text() in (mode, mode[0])}
    stood = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    return {bar for bar in stood if round(bar.get_x() + bar.get_width() / 2, 3) in places}


def strokes(ax: Axes) -> Iterator[object]:
    for found in ax.collections:
        if isinstance(found, LineCollection | PathCollection):
            yield from found.get_edgecolor()
