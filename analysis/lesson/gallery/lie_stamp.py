"""The stamp across a lie, so that it cannot be cut out and used; it crosses out as few words as possible."""

from itertools import product
from typing import Any

from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from analysis.charts.parts.palette import TEXT

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


def _outline(ax: Axes, made: Text, turn: float, height: float) -> Path:
    box = made.get_window_extent()
    around = 2 * PAD * box.height
    turned = Affine2D().translate(-0.5, -0.5).scale(box.width + around, box.height + around).rotate_deg(turn)
    return turned.translate(*ax.transAxes.transform((0.5, height))).transform_path(Path.unit_rectangle())
