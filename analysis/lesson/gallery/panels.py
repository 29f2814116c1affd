"""Draws the gallery of misleading charts: a stamped panel beside an honest one, and the page that shows them."""

import base64
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D

from analysis.charts import as_png
from analysis.charts.parts.annotations import BAND, LINE_PX
from analysis.charts.parts.layout import DPI, SMALLEST_PT, STYLE, circumstances, framed
from analysis.charts.parts.palette import MODES, QUIET, TEXT, WINDOW
from analysis.lesson.content.material import Measured
from analysis.lesson.content.page import render as page
from analysis.lesson.gallery.misleading import TELLERS, Bars, Dots, Lie, Panel, Steps, lies

HEADROOM = 1.25  # 1 / BAND: no known value lies in the band without a scale.
#: Of more bars every second has its name.
MOST_LABELLED = 10
#: How long a line of a name right of the axes may be.
LETTERS_BESIDE = 7
# Words over points and bars stay readable.
WORDS: Any = {
    "textcoords": "offset points",
    "color": TEXT,
    "path_effects": [withStroke(linewidth=4, foreground="white")],
}


def draw_panel(ax: Axes, panel: Panel, reach: float) -> None:
    """One side of a pair on its axes."""
    if isinstance(panel, Bars):
        _draw_bars(ax, panel)
    elif isinstance(panel, Dots):
        _draw_dots(ax, panel, reach)
    else:
        _draw_steps(ax, panel)
    ax.set_ylabel(panel.axis)


def _draw_bars(ax: Axes, panel: Bars) -> None:
    places = range(len(panel.bars))
    values = [bar.value for bar in panel.bars]
    colours = [MODES[bar.mode].colour for bar in panel.bars]
    hatches = ["//" if bar.mode == "queue" else "" for bar in panel.bars]
    drawn = ax.bar(
        places, [value - panel.start for value in values], 0.6, panel.start, color=colours, edgecolor="white"
    )
    for patch, hatch in zip(drawn, hatches, strict=True):
        patch.set_hatch(hatch)
    step = 1 if len(panel.bars) <= MOST_LABELLED else 2
    ax.set_xticks(places[::step], [bar.label for bar in panel.bars[::step]])
    ax.set(xlim=(-0.7, len(values) - 0.3), xlabel=panel.below)
    if panel.start:
        ax.set_ylim(panel.start, panel.start + HEADROOM * (max(values) - panel.start))
        ax.ticklabel_format(axis="y", useOffset=False)
    for place, bar in zip(places, panel.bars, strict=True):
        ax.annotate(bar.words, (place, bar.value), (0, 6), ha="center", **WORDS)
    if panel.line:
        _draw_lines(ax, dict([panel.line]))


def _draw_dots(ax: Axes, panel: Dots, reach: float) -> None:
    look = MODES[panel.mode]
    since, values = np.array(panel.since_s), np.array(panel.values)
    known = np.isfinite(values)
    ax.plot(since[known], values[known], look.marker, color=look.colour, markersize=6, alpha=0.7)
    if not known.all():
        # Above the known values there is no scale: where these stand says only when they were due.
        ax.axhspan(reach * BAND, reach, color=WINDOW, zorder=0)
        ax.set_yticks([tick for tick in ax.get_yticks() if tick <= reach * BAND])
        ax.plot(since[~known], np.full((~known).sum(), reach * 0.86), "^", color=TEXT, markersize=8, fillstyle="none")
        words = f"{(~known).sum()} of {len(values)}: no response by the end"
        ax.annotate(words, (0.99, 0.98), xycoords="axes fraction", ha="right", va="top", color=TEXT)
    _draw_lines(ax, panel.lines)
    ax.set_xlabel("seconds since the measurement began")


def _draw_steps(ax: Axes, panel: Steps) -> None:
    shares = 100 * np.arange(1, len(panel.times_s) + 1) / panel.of
    ax.step([0, *panel.times_s], [0, *shares], where="post", color=MODES[panel.mode].colour, linewidth=3)
    ax.set(ylim=(0, 115), xlim=(0, None), xlabel="wait for a picture [s]")
    ax.set_yticks([0, 25, 50, 75, 100])
    end = f"{len(panel.times_s)} of {panel.of}"
    ax.annotate(end, (panel.times_s[-1], shares[-1]), (0, 6), ha="right", **WORDS)


def _draw_lines(ax: Axes, lines: Mapping[str, float]) -> None:
    """Each line with its name right of the axes, where no point and no bar is; names of near lines move apart."""
    line_high = LINE_PX / ax.get_window_extent().height
    taken = 0.0
    for words, height in sorted(lines.items(), key=lambda line: line[1]):
        ax.axhline(height, color=QUIET, linestyle=(0, (4, 3)), linewidth=2)
        name = wrap(words, LETTERS_BESIDE)
        half = len(name) * line_high / 2
        place = max(ax.transLimits.transform((0, height))[1], taken + half)
        taken = place + half
        ax.text(1.02, place, "\n".join(name), transform=ax.transAxes, va="center", color=TEXT)


def has_names(panel: Panel) -> bool:
    """Whether names of lines stand right of its axes."""
    return isinstance(panel, Dots) and bool(panel.lines) or isinstance(panel, Bars) and panel.line is not None


def highest(panel: Panel) -> float:
    """The highest known value."""
    if isinstance(panel, Bars):
        return max(bar.value for bar in panel.bars)
    if isinstance(panel, Dots):
        return float(max(value for value in panel.values if np.isfinite(value)))
    return 100.0


STAMP = "MISLEADING"
#: How wide its letters stand, in parts of the panel.
STAMP_WIDTH = 0.86
# In letters' heights, as the box style counts.
PAD = 0.15
#: How it may lie, the best first: degrees, and the height of its middle in parts of the panel.
TURNS, HEIGHTS = (32, 24, 16, -16, -24, -32), (0.5, 0.58, 0.42, 0.66, 0.34, 0.72)


def stamp(ax: Axes) -> None:
    """Across the panel where it meets the fewest words, over everything else."""
    words = [text for text in ax.texts if text.get_text()]
    made = ax.text(0.5, 0.5, STAMP, transform=ax.transAxes, ha="center", va="center", fontweight="bold")
    made.set(fontsize=20, color=TEXT, alpha=0.55, zorder=10)
    made.set_fontsize(20 * STAMP_WIDTH * ax.get_window_extent().width / made.get_window_extent().width)
    turn, height = min(product(TURNS, HEIGHTS), key=lambda way: _in_its_way(ax, made, words, *way))
    made.set(y=height, rotation=turn)
    frame: Any = {"boxstyle": f"round,pad={PAD}", "facecolor": "none", "edgecolor": TEXT, "linewidth": 4, "alpha": 0.55}
    made.set_bbox(frame)


def _in_its_way(ax: Axes, made: Text, words: list[Text], turn: float, height: float) -> int:
    """How many words it would cross; to leave the panel is worse than any."""
    outline, panel = _outline(ax, made, turn, height), ax.get_window_extent()
    box = outline.get_extents()
    outside = not (panel.x0 <= box.x0 and box.x1 <= panel.x1 and panel.y0 <= box.y0 and box.y1 <= panel.y1)
    crossed = sum(outline.intersects_bbox(word.get_window_extent().padded(4)) for word in words)
    return crossed + outside * (len(words) + 1)


def _outline(ax: Axes, made: Text, turn: float, height: float) -> Outline:
    box = made.get_window_extent()
    around = 2 * PAD * box.height
    turned = Affine2D().translate(-0.5, -0.5).scale(box.width + around, box.height + around).rotate_deg(turn)
    return turned.translate(*ax.transAxes.transform((0.5, height))).transform_path(Outline.unit_rectangle())


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


def write_gallery(measured: Measured, folder: Path) -> Path:
    """Writes `gallery.html` and the pictures in `gallery/`; gives the page."""
    pictures = folder / "gallery"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.png"):
        old.unlink()
    shown = lies(measured.trials, {name: verdict.name for name, verdict in measured.made.verdicts.items()})
    for lie in shown:
        drawn = draw_lie(lie, circumstances(measured.group))
        (pictures / f"{lie.name}.png").write_bytes(as_png(drawn, 1.5 * DPI))
    inlined = {lie.name: _inlined((pictures / f"{lie.name}.png").read_bytes()) for lie in shown}
    stacked = {lie.name: _inlined(as_png(draw_stacked(lie), DPI)) for lie in shown}
    path = folder / "gallery.html"
    missing = len(TELLERS) - len(shown)
    what = {"pictures": inlined, "stacked": stacked, "under": circumstances(measured.group)}
    path.write_text(page("gallery.html", lies=shown, missing=missing, measured=measured, **what), encoding="utf-8")
    return path


def _inlined(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
