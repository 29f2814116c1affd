"""The empty figure with its wrapped title and subtitle, and a chart that is still to be drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from matplotlib import rcParamsDefault
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from analysis.charts.parts.palette import FAINT, QUIET, TEXT
from analysis.data.factors import named
from analysis.format import Table, amount, number
from analysis.summary.groups import Group

# 12.8 x 7.2 inch at 100 dpi is 1280 x 720 px; there 17.5 pt is 24 px, the smallest text for a wall.
SIZE_INCH = (12.8, 7.2)
DPI = 100
SMALLEST_PT = 17.5
TITLE_PT = 25
MARGIN_PX = 32
GAP_PX = 14
# Windows whose lengths differ by no more than this share are reported as one length.
SAME_LENGTH = 0.05
# Matplotlib as it comes: what a person has set for their own charts is not for these. The backend is not a setting of a
# chart. Typed loosely: the key names are one long Literal.
DEFAULTS: Any = {name: value for name, value in rcParamsDefault.items() if name != "backend"}
STYLE: Any = DEFAULTS | {
    "font.family": "DejaVu Sans",
    "font.size": SMALLEST_PT,
    "axes.labelsize": SMALLEST_PT,
    "xtick.labelsize": SMALLEST_PT,
    "ytick.labelsize": SMALLEST_PT,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": TEXT,
    "text.color": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": FAINT,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
    # Without a fixed salt every drawing of the same numbers would be another file.
    "svg.hashsalt": "queuelab",
}


def framed(title: str, subtitle: str) -> tuple[Figure, float]:
    """A figure with title and subtitle, and the height below them, in parts of the figure."""
    figure = Figure(figsize=SIZE_INCH, dpi=DPI)
    FigureCanvasAgg(figure)
    below = _paragraph(figure, title, MARGIN_PX - 8, fontsize=TITLE_PT, fontweight="bold")
    below = _paragraph(figure, subtitle, below + GAP_PX / 2, fontsize=SMALLEST_PT, color=QUIET)
    return figure, 1 - (below + 2 * GAP_PX) / (SIZE_INCH[1] * DPI)


def circumstances(group: Group, *notes: str) -> str:
    """The subtitle: under which load, for how long, how often and on what this was measured."""
    trials = [int(count) for count in group.cells["trials"]]
    return subtitle(named(group.levels, group.varied), [group], f"{counted(trials, 'trial')} per cell", *notes)


def subtitle(conditions: Sequence[str], groups: Sequence[Group], counts: str, *notes: str) -> str:
    """Conditions, what was counted, and what the groups tell of how and on what they were measured."""
    cores = amount(groups[0].cores, "core") if groups[0].cores else ""
    return " · ".join(filter(None, [*conditions, _measured(groups), counts, cores, *notes]))


def _measured(groups: Sequence[Group]) -> str:
    """How long was measured, such as `12 s measured`; the shortest and the longest window if they differ."""
    lengths_s = [length for group in groups for length in group.windows["length_s"]]
    ends = [min(lengths_s), max(lengths_s)]
    differ = ends[1] > (1 + SAME_LENGTH) * ends[0]
    return f"{'–'.join(map(number, ends if differ else ends[:1]))} s measured"


def counted(counts: Sequence[int], what: str) -> str:
    """The fewest and the most, such as `1 trial` or `3–5 pairs`."""
    return amount("–".join(dict.fromkeys(map(str, (min(counts), max(counts))))), what)


def _paragraph(figure: Figure, words: str, top_px: float, **look: Any) -> float:
    """Writes the words from the left margin on, wrapped at the right one; gives where they end [px]."""
    width, height = (inch * DPI for inch in SIZE_INCH)
    text = figure.text(MARGIN_PX / width, 1 - top_px / height, "", va="top", linespacing=1.15, **look)
    text.set_text(_wrapped(words.split(" "), text.get_fontproperties(), width - 2 * MARGIN_PX))
    return height - float(text.get_window_extent().y0)


def _wrapped(words: Sequence[str], font: FontProperties, width_px: float) -> str:
    space_px = _width_px("x x", font) - _width_px("xx", font)
    lines: list[str] = []
    end_px = 0.0
    for word in words:
        word_px = _width_px(word, font)
        if lines and end_px + space_px + word_px <= width_px:
            lines[-1] += f" {word}"
            end_px += space_px + word_px
        else:
            lines.append(word)
            end_px = word_px
    return "\n".join(lines)


@cache
def _width_px(word: str, font: FontProperties) -> float:
    """How wide a word is; asked once for each, as most are in every chart and asking is what takes time."""
    figure = Figure(dpi=DPI)
    FigureCanvasAgg(figure)
    return float(figure.text(0, 0, word, fontproperties=font).get_window_extent().width)


@dataclass(frozen=True, kw_only=True)
class View:
    """The name of its file, what it shows in a sentence, its figure under that title, and its numbers."""

    name: str
    sentence: str
    draw: Callable[[str], Figure]
    table: Table
