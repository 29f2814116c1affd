"""Words and marks inside a chart: names at the ends of lines, arrows for what grows without limit, rings for doubts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from analysis.charts.parts.palette import MODES, QUIET, TEXT, Look, ink, tag

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


RING_PT = 21
# From the middle of a ring to the word below or above it.
WORD_PX = 20
# A word closer than this to the one before is left out; its ring stays.
APART_PX = 140
# Points at one place that are further apart than this have words of their own.
CLOSE_PX = 95


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """One doubtful point (data coordinates), the words that say why, and its colour."""

    x: float
    y: float
    words: str
    colour: str


def mark_doubts(ax: Axes, doubts: Sequence[Doubt]) -> None:
    """Rings every point; the words stand once for points that are close together. The axes have their limits."""
    for doubt in doubts:
        ring_point(ax, doubt)
    written = float("-inf")
    for x, here in groupby(sorted(doubts, key=lambda doubt: round(doubt.x)), key=lambda doubt: round(doubt.x)):
        at = float(ax.transData.transform((x, 1))[0])
        if at - written >= APART_PX:
            written = at
            for close in _clusters(ax, list(here)):
                _write_flag(ax, close)


def ring_point(ax: Axes, doubt: Doubt) -> None:
    """The ring alone."""
    dashed: dict[str, Any] = {"edgecolors": doubt.colour, "linestyles": [(0, (2.5, 1.5))], "linewidths": 2}
    ax.scatter([doubt.x], [doubt.y], s=RING_PT**2, facecolors="none", zorder=4, **dashed)


def _clusters(ax: Axes, doubts: Sequence[Doubt]) -> list[list[Doubt]]:
    """The doubts at one place from the lowest up, apart where there is room for words between them."""
    clusters: list[list[Doubt]] = []
    for doubt in sorted(doubts, key=lambda doubt: doubt.y):
        if clusters and _height(ax, doubt) - _height(ax, clusters[-1][-1]) < CLOSE_PX:
            clusters[-1].append(doubt)
        else:
            clusters.append([doubt])
    return clusters


def _height(ax: Axes, doubt: Doubt) -> float:
    return float(ax.transData.transform((doubt.x, doubt.y))[1])


def _write_flag(ax: Axes, close: Sequence[Doubt]) -> None:
    """Below the lowest, or above the highest where there is no room; at the right end so that it stays inside."""
    lines = list(dict.fromkeys(line for doubt in close for line in doubt.words.split(", ")))
    inside = ax.get_window_extent()
    below = _height(ax, close[0]) - inside.y0 > WORD_PX + LINE_PX * len(lines)
    point, up_px = (close[0], -WORD_PX) if below else (close[-1], WORD_PX)
    right_px = float(inside.x1 - ax.transData.transform((point.x, point.y))[0])
    at_end, to_points = right_px < APART_PX / 2, 72 / float(ax.figure.dpi)
    ax.annotate(
        "\n".join(lines),
        (point.x, point.y),
        xytext=(right_px * to_points if at_end else 0, up_px * to_points),
        textcoords="offset points",
        ha="right" if at_end else "center",
        va="top" if below else "bottom",
        color=TEXT,
        linespacing=1.1,
        path_effects=[withStroke(linewidth=4, foreground="white")],
        gid=_tag(close),
    )


def _tag(close: Sequence[Doubt]) -> str | None:
    """That of a mode, if the words are said of no other."""
    modes = [mode for mode, look in MODES.items() if look.colour in {doubt.colour for doubt in close}]
    return tag(modes[0]) if len(modes) == 1 else None
