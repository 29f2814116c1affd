import matplotlib.font_manager
import numpy as np

from analysis.charts.parts.annotations import spread_out
from analysis.charts.parts.layout import SMALLEST_PT


def test_labels_are_moved_apart_and_stay_inside() -> None:
    heights = spread_out([10.0, 11.0, 12.0, 200.0], gap=30, low=0, high=210)

    assert min(np.diff(heights)) >= 30 - 0.01
    assert heights[0] >= 0
    assert heights[-1] == 200.0


def test_the_font_of_the_charts_comes_with_matplotlib() -> None:
    assert "mpl-data" in matplotlib.font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    assert SMALLEST_PT * 100 / 72 >= 24
