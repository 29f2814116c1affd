"""A cell of which no trial is valid is a gap in its line, named at its place."""

import numpy as np
import pytest
from altered import losing
from analysed import drawn_charts, grouped
from matplotlib.figure import Figure
from synthetic_experiment import both_modes, write_experiment

LINES = {"throughput": 1, "response_time": 2, "ready_time": 2}


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Both modes with 4, 8 and 16 workers, of which queue with 8 has lost pictures."""
    folder = write_experiment(tmp_path_factory.mktemp("withheld") / "x", both_modes((4, 8, 16)))
    return drawn_charts(grouped(losing(folder, "queue-w8-r1", pictures=3))[0])


@pytest.mark.parametrize(("chart", "lines"), LINES.items())
def test_no_line_is_drawn_across_a_withheld_cell(charts: dict[str, Figure], chart: str, lines: int) -> None:
    (ax,) = charts[chart].axes
    gaps = [np.isnan(line.get_ydata()).tolist() for line in ax.lines]

    assert gaps.count([False, True, False]) == lines


@pytest.mark.parametrize("chart", LINES)
def test_the_axis_says_which_cell_is_withheld(charts: dict[str, Figure], chart: str) -> None:
    (ax,) = charts[chart].axes

    assert [label.get_text() for label in ax.get_xticklabels()] == ["4", "8\nqueue\nwithheld", "16"]
