from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from analysed import analysed, drawn_comparisons
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from synthetic_experiment import (
    Made,
    both_brokers,
    both_modes,
    both_stacks,
    repeated,
    undecided,
    with_delays,
    write_experiment,
)

from analysis.analysis import Analysis
from analysis.charts import draw_charts
from analysis.charts.parts.palette import MODES
from analysis.findings.contrasts import contrast_title


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Redis and RabbitMQ with 2 and 4 workers in both modes, three repeats; 2 workers cannot keep up."""
    made = repeated(both_brokers(both_modes((2, 4), noise=0.02), slower=1.3), 3)
    return analysed(write_experiment(tmp_path_factory.mktemp("brokers") / "brokers", made))


@pytest.fixture(scope="module")
def chart(brokers: Analysis) -> Figure:
    (figure,) = drawn_comparisons(brokers).values()
    return figure


def test_the_title_is_the_finding_and_the_subtitle_the_circumstances(brokers: Analysis, chart: Figure) -> None:
    title, subtitle, *_ = (text.get_text().replace("\n", " ") for text in chart.texts)

    (comparison,) = brokers.compared
    assert title == contrast_title(comparison)
    assert subtitle == "workload io · 10 pictures/s offered · 12 s measured · 3 pairs · 2 cores · lines: 95 % intervals"


def test_there_is_a_panel_for_each_metric_on_one_log_axis(chart: Figure) -> None:
    assert [ax.get_title() for ax in chart.axes] == ["response time", "ready time", "throughput", "CPU / picture"]
    assert {ax.get_xscale() for ax in chart.axes} == {"log"}
    assert len({ax.get_xlim() for ax in chart.axes}) == 1
    assert "(log scale)" in chart.texts[-1].get_text()


def test_1_is_marked_in_every_panel(chart: Figure) -> None:
    for ax in chart.axes:
        assert 1 in ax.get_xticks()
        assert any(list(line.get_xdata()) == [1, 1] for line in ax.lines)


def test_every_line_names_mode_and_workers_and_which_are_a_control(chart: Figure) -> None:
    names = [text.get_text() for text in chart.axes[0].get_yticklabels()]

    assert names == ["queue 2", "queue 4", "sync 2 control", "sync 4 control"]


def test_controls_are_hollow_and_every_mode_keeps_its_look(chart: Figure) -> None:
    means = _markers(chart.axes[2], 12)

    assert {(line.get_marker(), to_hex(line.get_color()).upper()) for line in means} == {
        (look.marker, look.colour) for look in MODES.values()
    }
    assert [line.get_markerfacecolor() == "white" for line in means] == [False, False, True, True]


def test_every_pair_is_a_small_dot(chart: Figure) -> None:
    dots = _markers(chart.axes[2], 4)

    assert [len(line.get_xdata()) for line in dots] == [3, 3, 3, 3]


def test_an_overloaded_side_has_words_in_the_place_of_a_time(chart: Figure) -> None:
    assert [text.get_text() for text in chart.axes[0].texts if text.get_text() == "overloaded"] == ["overloaded"]
    assert [len(_markers(ax, 12)) for ax in chart.axes] == [1, 2, 4, 4]


@pytest.mark.usefixtures("unrendered")
def test_one_comparison_needs_no_suffix_and_the_groups_do(brokers: Analysis, tmp_path: Path) -> None:
    charts = draw_charts(brokers, tmp_path)

    names = {each.path.name for each in charts}
    assert names >= {"compared_broker", "throughput-redis", "throughput-rabbitmq"}
    assert {path.stem for path in tmp_path.glob("*.png")} == names


@pytest.mark.usefixtures("unrendered")
def test_several_levels_have_a_chart_each(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "far", with_delays(both_modes((4,)), (0.0, 0.001, 0.005)))

    made = analysed(folder)
    charts = draw_charts(replace(made, groups=made.groups[:1]), tmp_path / "charts")

    assert [each.path.name for each in charts if each.name == "compared_broker_delay_s"] == [
        "compared_broker_delay_s-1-ms-broker-delay",
        "compared_broker_delay_s-5-ms-broker-delay",
    ]


def test_worker_counts_that_have_no_room_leave_the_fewest_and_the_most(tmp_path: Path) -> None:
    made = both_brokers(both_modes((1, 2, 3, 4, 5, 6, 8, 12, 16)), slower=1.3)

    names = [text.get_text() for text in _only_chart(tmp_path / "many", made).axes[0].get_yticklabels()]
    assert "queue 1" in names
    assert "queue 16" in names
    assert len(names) < 18


def _only_chart(folder: Path, made: Sequence[Made]) -> Figure:
    (figure,) = drawn_comparisons(analysed(write_experiment(folder, made))).values()
    return figure


def _markers(ax: Axes, size: float) -> list:
    return [line for line in ax.lines if line.get_markersize() == size]


def test_an_undecided_side_is_named_beside_its_line_and_ringed(tmp_path: Path) -> None:
    made = both_stacks([undecided(4, mode="sync"), undecided(4), *both_modes((8,))])
    figure = _only_chart(tmp_path / "doubtful", made)

    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == ["queue 4 undecided", "queue 8", "sync 4 undecided", "sync 8"]
    assert [len([each for each in ax.collections if isinstance(each, PathCollection)]) for ax in figure.axes] == [
        *(1, 2, 2, 2),
    ]


def test_sides_that_were_measured_for_other_times_say_so(tmp_path: Path) -> None:
    made = [Made(), Made(broker="rabbitmq", measure_s=24.0)]

    assert "12–24 s measured" in _only_chart(tmp_path / "longer", made).texts[1].get_text()
