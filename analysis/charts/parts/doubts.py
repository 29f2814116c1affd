"""Marks the points of doubtful cells: a dashed ring, and beside it in a word why, so that no legend is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from analysis.charts.parts.annotations import LINE_PX
from analysis.charts.parts.palette import MODES, TEXT, tag

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
