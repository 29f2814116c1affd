"""Where the time goes: the parts are those of the stamps, and they add up to the ready time."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from analysed import drawn_charts, grouped
from every_chart import without_later_columns
from synthetic_experiment import ACCEPT_S, HAND_OVER_S, OWN_SHARE, both_modes, repeated, write_experiment

from analysis.charts import views
from analysis.charts.parts.palette import TIME_PARTS
from analysis.data.outcomes import cohort
from analysis.series.latency_breakdown import PARTS, parts_of, parts_sentence, time_parts
from analysis.summary.groups import Group

EXAMPLE = Path(__file__).parents[3] / "results" / "example"


@pytest.fixture(scope="module")
def example() -> Group:
    """The committed experiment: 1 to 8 workers in both modes, of which 1 and 2 cannot keep up."""
    return grouped(EXAMPLE)[0]


def cell(table: pd.DataFrame, mode: str, workers: int) -> Any:
    return table[(table["mode"] == mode) & (table["workers"] == workers)].iloc[0]


def test_the_parts_add_up_to_the_mean_ready_time_of_the_rows(example: Group) -> None:
    table = time_parts(example)
    for mode, workers in (("sync", 4), ("queue", 4), ("sync", 8), ("queue", 8)):
        rows = pd.concat([cohort(trial) for trial in example.trials_of(mode, workers)])
        row = cell(table, mode, workers)
        assert row[parts_of(table)].sum() == pytest.approx(rows["ready_s"].mean(), abs=1e-6)
        assert row["ready_s"] == pytest.approx(rows["ready_s"].mean(), abs=1e-6)


def test_no_part_is_below_zero(example: Group) -> None:
    table = time_parts(example)

    assert (table[parts_of(table)].dropna() >= 0).all(axis=None)


def test_the_wait_is_before_the_web_in_sync_and_behind_it_in_queue(example: Group) -> None:
    table = time_parts(example)
    sync, queue = cell(table, "sync", 4), cell(table, "queue", 4)

    assert sync["queue wait"] == 0 and sync["web wait"] > 0.05
    assert queue["queue wait"] > 0.05 > queue["web wait"]


def test_the_steps_are_those_that_were_made(demo_group: Group) -> None:
    """The demo's uploads leave 1 ms late and are handed over in 4 ms; its workers need 0.29 s."""
    queue = cell(time_parts(demo_group), "queue", 8)

    assert queue["send lag"] == pytest.approx(0.001, abs=1e-6)
    assert queue["web wait"] == pytest.approx(HAND_OVER_S, abs=1e-6)
    assert queue["work"] == pytest.approx(OWN_SHARE * 0.29, abs=0.001)
    assert queue["external"] == pytest.approx((1 - OWN_SHARE) * 0.29, abs=0.01)
    assert queue["waits_s"] == pytest.approx(queue["web wait"] + queue["queue wait"])
    assert ACCEPT_S not in queue.to_list()


def test_in_older_files_the_external_resource_is_a_part_of_the_work(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "x", both_modes((8,)))
    before = cell(time_parts(grouped(folder)[0]), "queue", 8)
    without_later_columns(folder)

    table = time_parts(grouped(folder)[0])

    assert "external" not in table
    assert cell(table, "queue", 8)["work"] == pytest.approx(before["work"] + before["external"])


def test_beside_an_older_file_the_parts_still_add_up(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "x", repeated(both_modes((4, 8)), 2))
    path = folder / "queue-w8-r1" / "pictures.csv"
    pd.read_csv(path).drop(columns="external_at").to_csv(path, index=False)

    table = time_parts(grouped(folder)[0])

    assert "external" not in table
    assert table[parts_of(table)].sum(axis=1).tolist() == pytest.approx(table["ready_s"].tolist())


def test_an_overloaded_cell_has_no_times(example: Group) -> None:
    table = time_parts(example)

    assert table.loc[table["workers"] <= 2, ["ready_s", *parts_of(table)]].isna().all(axis=None)


def test_the_sentence_tells_the_fewest_workers_that_have_a_time(demo_group: Group) -> None:
    assert parts_sentence(demo_group, time_parts(demo_group)) == (
        "With 4 workers, a picture waits 57 ms of its 0.35 s in both modes, on average"
    )


def test_every_bar_is_as_high_as_its_ready_time(example: Group) -> None:
    (ax,) = drawn_charts(example)["time_parts"].axes
    tops = {round(bar.get_y() + bar.get_height(), 4) for bar in ax.patches if bar.get_height() > 0}

    assert {round(value, 4) for value in time_parts(example)["ready_s"].dropna()} <= tops


def test_there_is_no_chart_where_all_cells_are_overloaded(tmp_path: Path) -> None:
    (group,) = grouped(write_experiment(tmp_path / "x", both_modes((1,))))

    assert "time_parts" not in {view.name for view in views(group)}


def test_each_part_has_a_look_of_its_own() -> None:
    assert set(TIME_PARTS) == set(PARTS)
