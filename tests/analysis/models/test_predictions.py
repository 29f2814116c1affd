"""What was expected beside what was measured: in the tables, in the chart and in the report."""

import numpy as np
import pandas as pd
import pytest

from analysis.charts import draw
from analysis.data.model import Cell
from analysis.models.predictions import predictions, residual
from analysis.tables.contrasts import expected_table
from tests.analysis.analysed import grouped
from tests.analysis.synthetic_experiment import both_modes, write_experiment

COLUMNS = ["workload", "processes", "process", "started_at", "finished_at", "cpu_s"]


@pytest.fixture(scope="module")
def foreseen(tmp_path_factory):
    """Four cells whose work alone takes 0.28 s, with their prediction."""
    folder = write_experiment(tmp_path_factory.mktemp("foreseen") / "made", both_modes((1, 4)))
    rows = [("io", n, p, 0.28 * k, 0.28 * (k + 1), 0.02) for n in (1, 4) for p in range(n) for k in range(10)]
    bare = pd.DataFrame(rows, columns=COLUMNS)
    bare.to_csv(folder / "baseline.csv", index=False)
    cells = [
        Cell(mode=mode, workers=count, workload="io", offered_rate=10.0)
        for mode in ("sync", "queue")
        for count in (1, 4)
    ]
    predictions(bare, cells, cores=2).to_csv(folder / "prediction.csv", index=False)
    return folder


def test_a_saturated_cell_is_held_against_as_many_bare_processes(foreseen):
    (group,) = grouped(foreseen)
    cells = group.cells.set_index(["mode", "workers"])

    assert cells.loc[("queue", 1), "ceiling_throughput"] == pytest.approx(1 / 0.28)
    assert cells.loc[("queue", 1), "efficiency"] == pytest.approx(0.28 / 0.29, rel=0.03)
    assert np.isnan(cells.loc[("queue", 4), "efficiency"])


def test_the_report_tells_by_how_much_a_prediction_was_wrong(foreseen):
    (group,) = grouped(foreseen)
    rows = {(row[1], row[2]): row for row in expected_table([group]).rows}

    assert rows[("sync", "1")][7] == rows[("sync", "1")][8] == "grows without limit"
    assert abs(int(rows[("queue", "4")][6])) <= 10
    assert rows[("sync", "1")][9] == "–"


def test_a_residual_is_the_share_by_which_more_was_measured():
    assert residual(pd.Series({"throughput": 11.0, "predicted_throughput": 10.0}), "throughput") == pytest.approx(0.1)
    assert np.isnan(residual(pd.Series({"throughput": 11.0, "predicted_throughput": np.inf}), "throughput"))


def test_an_experiment_without_bare_work_has_no_such_table(tmp_path):
    made = grouped(write_experiment(tmp_path / "made", both_modes((4,))))

    assert expected_table(made) is None


def test_the_chart_says_how_near_saturated_cells_come_to_the_work_alone(foreseen):
    (group,) = grouped(foreseen)
    cells = group.cells.set_index(["mode", "workers"])
    ends = sorted({f"{100 * cells.loc[(mode, 1), 'efficiency']:.0f}" for mode in ("sync", "queue")})

    subtitle = " ".join(draw(group, "throughput", "Title").texts[1].get_text().split())

    assert f"when saturated {'–'.join(ends)} % of what the work alone could do" in subtitle
