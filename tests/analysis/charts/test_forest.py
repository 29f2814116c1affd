"""The two modes block by block as a picture: intervals, 1 marked, and the control."""

from pathlib import Path

import pytest
from analysed import drawn_across
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from synthetic_experiment import Made, both_modes, repeated, write_controls, write_experiment

from analysis.findings.contrasts import modes_title
from analysis.summary.contrasts import ModeRatio


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Figure:
    """Four blocks of both modes with 2 and 4 workers, the queue with 4 twice; 2 workers are overloaded."""
    made = repeated(both_modes((2, 4), noise=0.02), 4)
    folder = write_experiment(tmp_path_factory.mktemp("forest") / "x", made)
    write_controls(folder, [each for each in made if (each.mode, each.workers) == ("queue", 4)])
    return drawn_across(folder)["modes"]


def rows(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_there_is_a_row_for_each_ratio_and_the_control_has_its_own(chart: Figure) -> None:
    (ax,) = chart.axes

    assert rows(ax)[:3] == ["response p50, 4", "ready p50, 4", "ready p95, 4"]
    assert {"throughput, 2", "throughput, 4", "A/A ready p95, 4"} <= set(rows(ax))
    assert "response p50, 2" not in rows(ax)
    assert "A/A: queue against itself" in chart.texts[1].get_text().replace("\n", " ")


def test_the_axis_is_logarithmic_says_so_and_marks_1(chart: Figure) -> None:
    (ax,) = chart.axes

    assert ax.get_xscale() == "log" and "(log scale)" in ax.get_xlabel()
    assert 1 in ax.get_xticks()
    assert any(list(line.get_xdata()) == [1, 1] for line in ax.lines)


def test_the_answer_is_an_arrow_so_that_the_intervals_of_the_others_are_seen(chart: Figure) -> None:
    (ax,) = chart.axes
    (arrow,) = (line for line in ax.lines if line.get_marker() == "<")

    assert list(arrow.get_ydata()) == [rows(ax).index("response p50, 4")]
    assert ax.get_xlim()[0] > 0.5
    assert [text.xy[1] for text in ax.texts if text.get_text() == "off the axis"] == list(arrow.get_ydata())


def test_the_numbers_stand_beside_each_row(chart: Figure) -> None:
    (ax,) = chart.axes
    beside = [text.get_text() for text in ax.texts if "–" in text.get_text()]

    assert len(beside) == len(rows(ax))


def test_controls_are_hollow(chart: Figure) -> None:
    (ax,) = chart.axes
    hollow = {int(line.get_ydata()[0]) for line in ax.lines if line.get_markerfacecolor() == "white"}

    assert hollow == {n for n, name in enumerate(rows(ax)) if name.startswith("A/A")}


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> Figure:
    """Two blocks of both modes with 4 and 16 workers; uploads fail in the sync trials with 16."""
    made = [Made(mode="sync", workers=16, fails_every=40), Made(workers=16, noise=0.02), *both_modes((4,), noise=0.02)]
    return drawn_across(write_experiment(tmp_path_factory.mktemp("doubtful") / "x", repeated(made, 2)))["modes"]


def test_a_doubtful_ratio_is_named_beside_its_row_and_ringed(doubtful: Figure) -> None:
    (ax,) = doubtful.axes
    failing, sound = ({n for n, name in enumerate(rows(ax)) if name.endswith(end)} for end in (", 16 failures", ", 4"))
    rings = {int(each.get_offsets()[0][1]) for each in ax.collections if isinstance(each, PathCollection)}

    assert len(failing) == len(sound) == 5
    assert rings == {n for n in failing if not rows(ax)[n].startswith("response")}


def test_the_title_names_what_makes_its_ratios_doubtful(doubtful: Figure) -> None:
    assert doubtful.texts[0].get_text().replace("\n", " ").endswith("(medians; too few pairs to tell; failures)")


def ratio(metric: str, *ratios: float) -> ModeRatio:
    return ModeRatio(levels={}, workers=4, metric=metric, control="", ratios=ratios, utilisation=(0.8, 0.8))


def test_the_title_tells_answers_and_pictures() -> None:
    found = [ratio("response_p50_s", 0.03, 0.03, 0.03), ratio("ready_p50_s", 1.01, 0.99, 1.0), ratio("throughput", 1.0)]

    assert modes_title(found) == (
        "With 4 workers, queue compared with sync: response times are 1/33 as long, ready times are the same within "
        "3 % (medians)"
    )


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("response_p50_s", "response times are 1/25 as long"),
        ("ready_p50_s", "ready times are 1/25 as long"),
        ("throughput", "throughput is 1/25 as high"),
        ("cpu_s", "CPU time per picture is 1/25 as high"),
    ],
)
def test_a_ratio_far_below_one_is_told_as_a_fraction(metric: str, said: str) -> None:
    assert said in modes_title([ratio(metric, 0.04)])
    assert "0.40 times as" in modes_title([ratio(metric, 0.4)])


def test_the_title_says_that_one_block_has_no_spread() -> None:
    assert modes_title([ratio("ready_p50_s", 0.9)]) == (
        "With 4 workers, queue compared with sync: ready times are 0.90 times as long (medians; one pair: no spread)"
    )


def test_without_times_the_title_tells_throughput_and_cost() -> None:
    found = [ratio("throughput", 1.0, 1.3, 0.8), ratio("cpu_s", 1.5, 1.5, 1.51)]

    assert modes_title(found) == (
        "With 4 workers, queue compared with sync: throughput cannot be told apart, CPU time per picture is 1.50 times "
        "as high"
    )


def test_there_is_no_chart_of_one_mode(tmp_path: Path) -> None:
    assert drawn_across(write_experiment(tmp_path / "x", [Made()])) == {}
