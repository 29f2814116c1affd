from pathlib import Path

from analysed import drawn_charts, grouped
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from synthetic_experiment import Made, write_experiment

from analysis.charts.parts.palette import WINDOW
from analysis.summary.groups import Group


def test_windows_of_one_length_are_told_as_one_and_shaded(demo_group: Group) -> None:
    chart = drawn_charts(demo_group)["backlog"]

    assert "12 s measured" in chart.texts[1].get_text()
    for ax in chart.axes:
        assert _shaded(ax) == [(2.0, 14.0)]
        assert "measured" in _words(ax)


def test_windows_that_differ_are_told_from_the_shortest_to_the_longest(tmp_path: Path) -> None:
    made = [Made(workers=4), Made(workers=8, measure_s=20.0, warmup_s=4.0), Made(mode="sync", measure_s=11.8)]
    (group,) = grouped(write_experiment(tmp_path / "hand", made, by_hand=True))

    chart = drawn_charts(group)["backlog"]

    assert "11.8–20 s measured" in chart.texts[1].get_text()


def test_only_what_every_trial_of_a_panel_measured_is_shaded(tmp_path: Path) -> None:
    made = [Made(workers=4), Made(workers=8, measure_s=20.0, warmup_s=4.0), Made(mode="sync", measure_s=11.8)]
    (group,) = grouped(write_experiment(tmp_path / "hand", made, by_hand=True))

    sync, queue = drawn_charts(group)["backlog"].axes

    assert _shaded(sync) == [(2.0, 13.8)]
    assert _shaded(queue) == [(4.0, 14.0)]


def test_nothing_is_shaded_where_the_windows_have_no_time_in_common(tmp_path: Path) -> None:
    made = [Made(workers=4), Made(workers=8, warmup_s=20.0)]
    (group,) = grouped(write_experiment(tmp_path / "hand", made, by_hand=True))

    (ax,) = drawn_charts(group)["backlog"].axes

    assert _shaded(ax) == []
    assert "measured" not in _words(ax)


def _shaded(ax: Axes) -> list[tuple[float, float]]:
    spans = [patch for patch in ax.patches if to_hex(patch.get_facecolor()) == WINDOW]
    return [(round(span.get_x(), 2), round(span.get_x() + span.get_width(), 2)) for span in spans]


def _words(ax: Axes) -> set[str]:
    return {text.get_text() for text in ax.texts}
