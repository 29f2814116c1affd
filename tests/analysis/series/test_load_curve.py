"""The wait for a picture against the offered load, and the prediction under it."""

from pathlib import Path

import numpy as np
import pytest
from analysed import analysed, grouped
from matplotlib.figure import Figure
from synthetic_experiment import at_rates, both_modes, write_bare, write_experiment

from analysis.charts import MOST_CURVES, draw_charts, draw_view
from analysis.charts.load_curve import against_load
from analysis.series.load_curve import COLUMNS, LoadCurve, load_curves, load_sentence
from analysis.tables.summary import as_table

RATES = (4.0, 8.0, 11.0, 16.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both modes with 4 workers, which finish some 13.8 pictures/s, at four rates."""
    made = write_experiment(tmp_path_factory.mktemp("rates") / "x", at_rates(both_modes((4,)), RATES))
    write_bare(made)
    return made


@pytest.fixture(scope="module")
def curve(folder: Path) -> LoadCurve:
    (found,) = load_curves(grouped(folder))
    return found


@pytest.fixture(scope="module")
def chart(folder: Path) -> Figure:
    ((_, view),) = against_load(grouped(folder), MOST_CURVES)
    return draw_view(view)


def test_a_curve_holds_every_rate_of_one_worker_count(curve: LoadCurve) -> None:
    assert curve.workers == 4
    assert curve.cells.groupby("mode")["offered_rate"].apply(list).to_dict() == {"sync": [*RATES], "queue": [*RATES]}


def test_one_rate_makes_no_curve(demo: Path) -> None:
    assert load_curves(grouped(demo)) == []


def test_the_sentence_tells_both_ends_and_where_it_grows(curve: LoadCurve) -> None:
    assert load_sentence(curve) == (
        "With 4 workers, the median ready time is 0.29 s at 4/s, 0.31 s at 11/s and grows without limit from "
        "16/s in both modes"
    )
    assert [row[3] for row in as_table(curve.cells, COLUMNS).rows][:4] == [
        "0.2924",
        "0.3012",
        "0.3126",
        "grows without limit",
    ]


def test_every_measured_median_is_drawn_and_what_grows_is_an_arrow(curve: LoadCurve, chart: Figure) -> None:
    (ax,) = chart.axes
    finite = curve.cells.loc[curve.cells["ready_p50_mark"] == "", "ready_p50_s"]
    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in ax.lines])

    assert set(finite) <= set(drawn)
    assert {"sync grows without limit", "queue grows without limit"} <= {
        t.get_text().replace("\n", " ") for t in ax.texts
    }


def test_the_prediction_lies_under_what_was_measured(curve: LoadCurve, chart: Figure) -> None:
    (ax,) = chart.axes
    (line,) = (line for line in ax.lines if line.get_marker() == "D")

    assert "predicted median" in {text.get_text() for text in ax.texts}
    assert line.get_zorder() == min(each.get_zorder() for each in ax.lines)
    expected = curve.cells[curve.cells["mode"] == "sync"].set_index("offered_rate")["predicted_ready_p50_s"]
    assert dict(zip(*line.get_data(), strict=True)) == expected[np.isfinite(expected)].to_dict()


@pytest.mark.usefixtures("unrendered")
def test_of_many_groups_only_the_first_and_the_last_are_looked_into(folder: Path, tmp_path: Path) -> None:
    names = [chart.path.name for chart in draw_charts(analysed(folder), tmp_path / "charts")]

    assert names[-1] == "load_w4"
    assert [name for name in names if name.startswith("lanes")] == ["lanes_w4-4", "lanes_w4-16"]
