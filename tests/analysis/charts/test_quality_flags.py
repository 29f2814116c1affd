import pytest
from analysed import drawn_charts, grouped
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from synthetic_experiment import both_modes, undecided, write_experiment

from analysis.charts import DRAWINGS


@pytest.fixture(scope="module")
def doubtful_charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Both modes with 1 worker, who cannot keep up, with 4 where nobody can say, and with 8."""
    made = [*both_modes((1, 8)), undecided(4, mode="sync"), undecided(4)]
    return drawn_charts(grouped(write_experiment(tmp_path_factory.mktemp("doubtful") / "x", made))[0])


@pytest.mark.parametrize("chart", DRAWINGS)
def test_an_undecided_cell_is_named_in_every_chart(
    doubtful_charts: dict[str, Figure], demo_charts: dict[str, Figure], chart: str
) -> None:
    def said(figure: Figure) -> int:
        return sum("undecided" in _words(ax) for ax in figure.axes)

    assert said(doubtful_charts[chart]) == len(doubtful_charts[chart].axes)
    assert said(demo_charts[chart]) == 0


@pytest.mark.parametrize(("chart", "rings"), [("throughput", 2), ("ready_time", 4), ("response_time", 4)])
def test_an_undecided_point_has_a_dashed_ring(doubtful_charts: dict[str, Figure], chart: str, rings: int) -> None:
    (ax,) = doubtful_charts[chart].axes
    dashed = [each for each in ax.collections if isinstance(each, PathCollection) and each.get_linestyle()[0][1]]

    assert len(dashed) == rings
    assert {round(float(each.get_offsets()[0][0]), 2) for each in dashed} == {0.94, 1.06}


def test_an_undecided_line_and_bar_are_dashed(doubtful_charts: dict[str, Figure]) -> None:
    sync, _ = doubtful_charts["backlog"].axes
    (cost,) = doubtful_charts["cpu_cost"].axes

    assert [line.get_linestyle() for line in sync.lines] == ["-", "--", "-"]
    assert sum(bar.get_linestyle() != "solid" for bar in cost.patches if isinstance(bar, Rectangle)) == 2


def _words(ax: Axes) -> set[str]:
    return {text.get_text() for text in ax.texts}
