from functools import cache
from itertools import combinations

import matplotlib.font_manager
import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.charts.frame import SMALLEST_PT
from analysis.charts.labels import spread_out


@cache
def _texts(figure: Figure) -> tuple[tuple[Text, Bbox], ...]:
    """Every text that shows, with its place in pixels; drawn once, because drawing is what takes time."""
    figure.canvas.draw()
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return tuple((text, Text.get_window_extent(text)) for text in shown if not _hidden_tick(text, figure))


def _hidden_tick(text: Text, figure: Figure) -> bool:
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if text in (tick.label1, tick.label2):
                    return not low <= tick.get_loc() <= high
    return False


def test_no_text_is_cut_off(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for text, box in _texts(figure):
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 1280 and box.y1 <= 720
            assert inside, f"{chart}: {text.get_text()!r} at {box}"


def test_no_text_covers_another(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for (one, first), (other, second) in combinations(_texts(figure), 2):
            overlap = Bbox.intersection(first, second)
            covered = overlap is not None and overlap.width > 1 and overlap.height > 6
            assert not covered, f"{chart}: {one.get_text()!r} and {other.get_text()!r}"


def test_the_smallest_text_is_readable_on_a_wall(drawn: dict[str, Figure]) -> None:
    """24 px in a picture 1280 px wide."""
    for chart, figure in drawn.items():
        for text, _ in _texts(figure):
            assert text.get_fontsize() * 100 / 72 >= 24, f"{chart}: {text.get_text()!r}"


def test_no_chart_has_a_legend_box(drawn: dict[str, Figure]) -> None:
    for figure in drawn.values():
        assert not figure.legends
        assert all(ax.get_legend() is None for ax in figure.axes)


def test_labels_are_moved_apart_and_stay_inside() -> None:
    heights = spread_out([10.0, 11.0, 12.0, 200.0], gap=30, low=0, high=210)

    assert min(np.diff(heights)) >= 30 - 0.01
    assert heights[0] >= 0
    assert heights[-1] == 200.0


def test_the_font_of_the_charts_comes_with_matplotlib() -> None:
    assert "mpl-data" in matplotlib.font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    assert SMALLEST_PT * 100 / 72 >= 24
