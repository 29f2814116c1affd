"""Words inside a chart: names at the ends of lines instead of a legend box, arrows instead of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from analysis.charts.parts.palette import MODES, QUIET, Look, ink, tag

LINE_PX = 31
LABEL_OFFSET_PX = 24
# A label further than this from its line's end gets a thin line back to it.
LEADER_PX = 60
# Where the arrows stand, in parts of the axes; values stay below the band.
ARROW_FROM, ARROW_TO = 0.86, 0.99
BAND = 0.80


@dataclass(frozen=True, kw_only=True)
class EndLabel:
    """The name of a line, to be written at its end (data coordinates); `mode` if its colour does not tell it."""

    x: float
    y: float
    text: str
    colour: str
    mode: str = ""


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """A point that has no value: its place on the x axis, what is said of it, and how its marker is filled."""

    x: float
    mode: str
    words: str
    fill: str = "full"


def label_ends(ax: Axes, labels: Sequence[EndLabel], *, at_edge: bool = False, taken_px: float = 0.0) -> None:
    """Writes each label right of its line's end, moved up or down as far as needed to keep them apart.

    With `at_edge` all of them stand right of the axes, so that none covers a point; `taken_px` of the
    margin there hold other words, from the top.
    """
    ordered = sorted(labels, key=lambda label: label.y)
    ends = [ax.transData.transform((label.x, label.y)) for label in ordered]
    (_, bottom), (edge, top) = ax.transAxes.transform([(0, 0), (1, 1)])
    heights = spread_out([end[1] for end in ends], gap=LINE_PX, low=bottom + LINE_PX / 2, high=top - taken_px)
    for label, end, height in zip(ordered, ends, heights, strict=True):
        _write(ax, label, edge - end[0] if at_edge else 0.0, height - end[1])


def _write(ax: Axes, label: EndLabel, right_px: float, up_px: float) -> None:
    """The label, with a thin line back to its end when it stands away from it."""
    to_points = 72 / float(ax.figure.dpi)
    apart = abs(up_px) > LINE_PX / 3 or right_px > LEADER_PX
    back = {"arrowstyle": "-", "color": QUIET, "lw": 0.8, "shrinkA": 2, "shrinkB": 4, "relpos": (0, 0.5)}
    ax.annotate(
        label.text,
        (label.x, label.y),
        xytext=((right_px + LABEL_OFFSET_PX) * to_points, up_px * to_points),
        textcoords="offset points",
        color=ink(label.colour),
        va="center",
        annotation_clip=False,
        arrowprops=back if apart else None,
        gid=tag(label.mode) if label.mode else None,
    )


def spread_out(heights: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Ascending heights, moved as little as needed to lie `gap` apart and between `low` and `high`."""
    placed = list(heights)
    for _ in range(200):
        for n in range(len(placed) - 1):
            short = gap - (placed[n + 1] - placed[n])
            if short > 0:
                placed[n] -= short / 2
                placed[n + 1] += short / 2
        placed = [min(max(at, low + n * gap), high - (len(placed) - 1 - n) * gap) for n, at in enumerate(placed)]
    return placed


def draw_arrows(ax: Axes, arrows: Sequence[Arrow], last_place: float) -> float:
    """An upward arrow at each point without a value, and what it means, once, right of the last arrow.

    Gives how much of the margin right of the axes the words take, from the top [px].
    """
    for arrow in dict.fromkeys(arrows):
        _draw_arrow(ax, arrow)
    said = dict.fromkeys((arrow.words, MODES[arrow.mode].colour) for arrow in arrows)
    x = max((arrow.x for arrow in arrows), default=0.0)
    narrow = x > last_place - 0.5
    for n, (words, colour) in enumerate(said):
        ax.annotate(
            fold(words) if narrow else words,
            (x, ARROW_TO),
            xycoords=ax.get_xaxis_transform(),
            xytext=(22, -n * (2 if narrow else 1) * LINE_PX * 72 / ax.figure.dpi),
            textcoords="offset points",
            color=ink(colour),
            va="top",
            linespacing=1.1,
            annotation_clip=False,
        )
    return LINE_PX * (2 * len(said) + 1) if narrow and said else 0.0


def fold(words: str) -> str:
    """The words in two lines of about equal length, for the margin right of the axes."""
    spaces = [n for n, letter in enumerate(words) if letter == " "]
    middle = min(spaces, key=lambda n: abs(n - len(words) / 2))
    return f"{words[:middle]}\n{words[middle + 1 :]}"


def fill_look(look: Look, fill: str) -> dict[str, Any]:
    """A marker in the colour of its mode: `full`, `none`, or one half of it, the rest white."""
    hollow = fill == "none"
    face = {"markerfacecolor": "white" if hollow else look.colour, "markerfacecoloralt": "white"}
    return {"color": look.colour, "fillstyle": "full" if hollow else fill, "zorder": 4} | face


def _draw_arrow(ax: Axes, arrow: Arrow) -> None:
    look = MODES[arrow.mode]
    shape = {"arrowstyle": "-|>,head_width=0.5,head_length=0.8", "color": look.colour, "lw": 4}
    across = ax.get_xaxis_transform()
    ax.annotate("", (arrow.x, ARROW_TO), xytext=(arrow.x, ARROW_FROM), xycoords=across, arrowprops=shape)
    ax.plot([arrow.x], [ARROW_FROM], look.marker, markersize=11, transform=across, **fill_look(look, arrow.fill))
