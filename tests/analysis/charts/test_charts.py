from pathlib import Path

import numpy as np
import pytest
from analysed import analysed, drawn_charts, grouped
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from synthetic_experiment import Made, both_brokers, both_modes, break_books, repeated, write_experiment

from analysis.charts import DRAWINGS, as_png, draw_charts
from analysis.charts.parts.layout import DPI
from analysis.charts.parts.palette import MODES
from analysis.findings.cells import findings
from analysis.format import GROWS
from analysis.summary.groups import Group
from analysis.tables.summary import chart_table


@pytest.fixture(scope="module")
def thrice(tmp_path_factory: pytest.TempPathFactory) -> Group:
    """Both modes with 4 and 8 workers, three trials each."""
    made = repeated(both_modes((4, 8), noise=0.05), 3)
    return grouped(write_experiment(tmp_path_factory.mktemp("results") / "thrice", made))[0]


@pytest.fixture(scope="module")
def saved_charts(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's charts, saved where a chart of another name lay."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "old.png").touch()
    draw_charts(analysed(demo), folder)
    return folder


def test_the_title_is_the_finding(demo_group: Group, demo_charts: dict[str, Figure]) -> None:
    for finding in findings(demo_group.cells):
        title = demo_charts[finding.chart].texts[0].get_text()

        assert title.replace("\n", " ") == finding.sentence


def test_there_is_a_drawing_for_every_finding(demo_group: Group) -> None:
    assert {finding.chart for finding in findings(demo_group.cells)} == set(DRAWINGS)


@pytest.mark.parametrize("chart", ["throughput", "backlog", "cpu_cost"])
def test_rates_counts_and_costs_start_at_zero(demo_charts: dict[str, Figure], chart: str) -> None:
    for ax in demo_charts[chart].axes:
        assert ax.get_ylim()[0] == 0


@pytest.mark.parametrize("chart", ["response_time", "ready_time", "both_clocks"])
def test_a_log_axis_says_so(demo_charts: dict[str, Figure], chart: str) -> None:
    (ax,) = demo_charts[chart].axes

    assert ax.get_yscale() == "log"
    assert "(log scale)" in ax.get_ylabel()


def test_the_panels_of_the_backlog_share_their_range(demo_charts: dict[str, Figure]) -> None:
    sync, queue = demo_charts["backlog"].axes

    assert sync.get_ylim() == queue.get_ylim()
    assert sync.get_xlim() == queue.get_xlim()


def test_an_overloaded_cell_is_an_arrow_and_no_point(demo_charts: dict[str, Figure]) -> None:
    """In the demo 1 and 2 workers cannot keep up, in either mode: 4 arrows, and lines from 4 to 8 only."""
    (ax,) = demo_charts["ready_time"].axes

    assert len(_arrows(ax)) == 4
    assert _words(ax) >= {f"sync {GROWS}", f"queue {GROWS}"}
    assert _drawn_places(ax) <= {1.94, 2.06, 2.94, 3.06}


def test_there_is_no_scale_where_the_arrows_stand(demo_charts: dict[str, Figure]) -> None:
    (ax,) = demo_charts["ready_time"].axes
    highest_tick = ax.transLimits.transform(np.log10([[1, tick] for tick in ax.get_yticks()]))[:, 1].max()

    assert highest_tick < 0.8


def test_the_answer_of_an_overloaded_queue_keeps_its_value(demo_charts: dict[str, Figure]) -> None:
    (ax,) = demo_charts["response_time"].axes

    assert len(_arrows(ax)) == 2
    assert {0.06, 1.06, 2.06, 3.06} <= _drawn_places(ax)


def test_sync_and_queue_always_look_the_same(demo_charts: dict[str, Figure]) -> None:
    assert (MODES["sync"].colour, MODES["sync"].marker) == ("#D55E00", "s")
    assert (MODES["queue"].colour, MODES["queue"].marker) == ("#0072B2", "o")
    for chart in ("response_time", "throughput", "ready_time", "both_clocks"):
        (ax,) = demo_charts[chart].axes
        looks = {(line.get_marker(), to_hex(line.get_color()).upper()) for line in ax.lines}
        assert {look for look in looks if look[0] in "so"} <= {("s", "#D55E00"), ("o", "#0072B2")}


def test_the_throughput_chart_names_offered_load_ideal_line_and_cores(demo_charts: dict[str, Figure]) -> None:
    (ax,) = demo_charts["throughput"].axes

    assert _words(ax) >= {"sync", "queue", "offered 10/s", "ideal: N × 1 worker", "2 cores"}


def test_no_ideal_line_is_drawn_from_an_idle_worker(tmp_path: Path) -> None:
    (group,) = grouped(write_experiment(tmp_path / "idle", both_modes((1, 2), offered_rate=1.0)))

    (ax,) = drawn_charts(group)["throughput"].axes

    assert "ideal: N × 1 worker" not in _words(ax)


@pytest.mark.parametrize("chart", ["response_time", "ready_time"])
def test_a_median_is_solid_and_a_p95_is_not(demo_charts: dict[str, Figure], chart: str) -> None:
    looks = {line.get_label(): line.get_linestyle() for line in demo_charts[chart].axes[0].lines}

    assert [looks[f"{mode} median"] for mode in MODES] == ["-", "-"]
    assert "-" not in [looks[f"{mode} p95"] for mode in MODES]


def test_response_time_and_ready_time_are_both_drawn_for_queue_mode(demo_charts: dict[str, Figure]) -> None:
    (ax,) = demo_charts["both_clocks"].axes

    assert _words(ax) >= {"response time", "ready time"}


def test_repeats_show_their_range(tmp_path: Path) -> None:
    (group,) = grouped(write_experiment(tmp_path / "three", repeated(both_modes((4,)), 3)))

    cells = group.cells

    assert (cells["throughput_low"] < cells["throughput"]).all()
    assert (cells["throughput"] < cells["throughput_high"]).all()


@pytest.mark.parametrize("chart", ["response_time", "ready_time", "both_clocks"])
def test_from_three_trials_on_a_time_is_drawn_with_its_interval(thrice: Group, chart: str) -> None:
    figure = drawn_charts(thrice)[chart]
    rows = thrice.cells[thrice.cells["mode"] == "queue"]
    clock = "response" if chart == "response_time" else "ready"
    ends = {(row[f"{clock}_p50_low_s"], row[f"{clock}_p50_high_s"]) for _, row in rows.iterrows()}

    assert ends <= _spans(figure.axes[0])
    assert "lines: 95 % intervals over the trials" in _subtitle(figure)


def test_the_numbers_of_a_chart_hold_the_ends_of_its_intervals(thrice: Group) -> None:
    headings = chart_table(thrice.cells, "ready_time").headings

    assert {"ready time, median: at least [s]", "ready time, p95: at most [s]"} <= set(headings)


def test_two_trials_show_their_medians_and_one_shows_nothing(tmp_path: Path, demo_charts: dict[str, Figure]) -> None:
    (group,) = grouped(write_experiment(tmp_path / "twice", repeated(both_modes((8,), noise=0.1), 2)))
    figure = drawn_charts(group)["ready_time"]

    assert len(_spans(figure.axes[0])) == 2
    assert "lines: lowest to highest of two trials" in _subtitle(figure)
    assert not _spans(demo_charts["ready_time"].axes[0])
    assert "lines" not in _subtitle(demo_charts["ready_time"])


def test_what_grows_without_limit_has_no_interval(tmp_path: Path) -> None:
    (group,) = grouped(write_experiment(tmp_path / "thrice", repeated(both_modes((1,), noise=0.1), 3)))
    figure = drawn_charts(group)["ready_time"]

    assert not _spans(figure.axes[0])
    assert "lines" not in _subtitle(figure)


def test_invalid_trials_are_withheld_from_the_charts(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "broken", both_modes((4, 8)))
    break_books(folder / "queue-w8-r1")

    (group,) = grouped(folder)

    assert group.cells[["mode", "workers"]].to_numpy().tolist() == [["sync", 4], ["sync", 8], ["queue", 4]]
    assert "queue-w8-r1" not in set(group.traces["trial"])


@pytest.mark.usefixtures("unrendered")
def test_every_load_gets_charts_of_its_own(tmp_path: Path) -> None:
    made = [Made(workload="io"), Made(workload="cpu", workers=2, offered_rate=4.0)]
    folder = write_experiment(tmp_path / "two", made)

    charts = draw_charts(analysed(folder), tmp_path / "charts")

    assert {chart.path.name for chart in charts} >= {"throughput-io-10", "throughput-cpu-4"}


def test_the_subtitle_names_what_was_varied_and_the_sentences_begin_with_it(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "two", both_brokers(both_modes((4,)), slower=1.3))
    redis, rabbitmq = grouped(folder)

    subtitles = [figure.texts[1].get_text() for figure in drawn_charts(rabbitmq).values()]

    assert [redis.prefix, rabbitmq.prefix] == ["redis: ", "rabbitmq: "]
    assert [redis.suffix, rabbitmq.suffix] == ["-redis", "-rabbitmq"]
    assert all("broker rabbitmq" in subtitle for subtitle in subtitles)


def test_one_group_needs_no_names(demo_group: Group) -> None:
    assert (demo_group.prefix, demo_group.suffix) == ("", "")


def test_the_throughput_of_each_mode_is_drawn_as_it_was_measured(
    demo_group: Group, demo_charts: dict[str, Figure]
) -> None:
    (ax,) = demo_charts["throughput"].axes

    for mode, rows in demo_group.cells.groupby("mode"):
        drawn = [line for line in ax.lines if to_hex(line.get_color()) == MODES[str(mode)].colour.lower()]
        assert any(list(line.get_ydata()) == rows["throughput"].tolist() for line in drawn), mode


def test_the_same_numbers_give_the_same_file(
    demo: Path,
    demo_group: Group,
    demo_charts: dict[str, Figure],
    saved_charts: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of each chart the drawing, and of one the picture of it."""
    monkeypatch.setattr("analysis.charts.as_png", lambda figure, dpi: as_png(figure, 20))
    draw_charts(analysed(demo), tmp_path)

    one, other = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (saved_charts, tmp_path))

    assert set(one) == set(other) == {f"{name}.{kind}" for name in (*demo_charts, "modes") for kind in ("png", "svg")}
    assert all(one[name] == other[name] for name in one if name.endswith(".svg"))
    assert as_png(drawn_charts(demo_group)["throughput"], 2 * DPI) == one["throughput.png"]


def test_a_chart_that_is_no_longer_drawn_does_not_stay(saved_charts: Path) -> None:
    assert not (saved_charts / "old.png").exists()


def _arrows(ax: Axes) -> list[Annotation]:
    return [text for text in ax.texts if isinstance(text, Annotation) and not text.get_text()]


def _spans(ax: Axes) -> set[tuple[float, float]]:
    """The ends of every line from low to high."""
    bars = [
        path.vertices for lines in ax.collections if isinstance(lines, LineCollection) for path in lines.get_paths()
    ]
    return {(float(bar[0][1]), float(bar[-1][1])) for bar in bars if np.isfinite(bar).all()}


def _subtitle(figure: Figure) -> str:
    return figure.texts[1].get_text().replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")


def _words(ax: Axes) -> set[str]:
    return {text.get_text().replace("\n", " ") for text in ax.texts}


def _drawn_places(ax: Axes) -> set[float]:
    """The x of every point that was drawn at a value."""
    lines = [line for line in ax.lines if line.get_transform() == ax.transData]
    return {
        round(float(x), 2) for line in lines for x, y in zip(*line.get_data(), strict=True) if np.isfinite(float(y))
    }
