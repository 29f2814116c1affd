import pytest
from analysed import drawn_charts
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.charts.parts.palette import MODES, TEXT
from analysis.summary.groups import Group


@pytest.fixture(scope="module")
def backlog(demo_group: Group) -> Figure:
    return drawn_charts(demo_group)["backlog"]


def test_the_count_of_the_broker_lies_upon_the_line_and_is_darker(backlog: Figure) -> None:
    _, queue = backlog.axes
    dotted, solid = lines(queue, TEXT), lines(queue, MODES["queue"].colour)

    assert len(dotted) == 4 and not any(line.get_linestyle() == "-" for line in dotted)
    assert min(line.get_zorder() for line in dotted) > max(line.get_zorder() for line in solid)


def test_it_is_named_where_it_is_drawn_alone(backlog: Figure) -> None:
    assert [ax.get_title(loc="right") for ax in backlog.axes] == ["", "dotted: by the broker"]
    assert "broker" not in backlog.texts[1].get_text()


def test_no_two_worker_counts_of_a_panel_are_drawn_alike(backlog: Figure) -> None:
    for mode, ax in zip(("sync", "queue"), backlog.axes, strict=True):
        assert len({line.get_linewidth() for line in lines(ax, MODES[mode].colour)}) == 4


def lines(ax: Axes, colour: str) -> list[Line2D]:
    return [line for line in ax.lines if line.get_color() == colour]
