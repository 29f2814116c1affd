"""Swim lanes: which picture is in which lane, how busy the lanes are, and that nothing is cut off or made up."""

from pathlib import Path
from typing import Any

import pytest
from analysed import drawn_charts, grouped
from every_chart import without_later_columns
from hand_made import trial
from matplotlib.figure import Figure
from synthetic_experiment import both_modes, write_experiment

from analysis.data.model import Cell
from analysis.series.worker_timeline import Lanes, lanes, lanes_sentence, lanes_table
from analysis.summary.groups import Group, Telling, steadiest


def shown(*work: tuple[float, float | None], workers: int = 2, **what: Any) -> Lanes:
    """Pictures by when they were begun and ended, in seconds since the measurement began (2 s after the load)."""
    rows = [
        {"id": str(n), "started_at": 10 + begun, "finished_at": float("nan") if ended is None else 10 + ended}
        for n, (begun, ended) in enumerate(work)
    ]
    cell = Cell(mode="queue", workers=workers, workload="io", offered_rate=1.0)
    return lanes(trial([], rows, cell=cell, load_stopped_at=20.0, **what))


def test_each_picture_is_in_the_first_free_lane() -> None:
    assert shown((0, 4), (1, 2), (3, 5), (4, 6)).work["lane"].tolist() == [0, 1, 1, 0]


def test_no_picture_overlaps_another_in_its_lane_and_there_are_no_more_lanes_than_workers(demo_group: Group) -> None:
    for each in demo_group.trials:
        found = lanes(each)
        assert found.lanes == each.cell.workers
        for _, lane in found.work.groupby("lane"):
            rows = lane.sort_values("from_s")
            assert (rows["from_s"].to_numpy()[1:] >= rows["until_s"].to_numpy()[:-1]).all()


def test_idle_workers_keep_their_lanes() -> None:
    assert shown((0, 4), workers=3).lanes == 3


def test_busy_is_the_share_of_all_places_in_what_is_shown() -> None:
    """Two workers for 10 s; one works from 2 s before it for 5 s of it, the other never."""
    assert shown((-2, 5)).busy_share == pytest.approx(0.25)


def test_work_that_never_ended_goes_on_until_the_load_stopped() -> None:
    (row,) = shown((6, None)).work.to_dict("records")

    assert (row["from_s"], row["until_s"], row["ended"]) == (8.0, 12.0, False)


def test_the_longest_time_in_which_too_few_work() -> None:
    found = shown((0, 3), (0, 2), (4, 9), (5, 9))

    assert found.longest_below_s(1) == pytest.approx(1.0)
    assert found.longest_below_s(2) == pytest.approx(3.0)


def test_after_a_fault_it_is_told_for_how_long_nobody_worked() -> None:
    event = {"kind": "fault", "what": "broker-killed", "began_at": 13.0, "ended_at": 13.1}
    found = shown((0, 3), (0, 2), (6.5, 9), (7, 10), info={"events": [event]})
    telling = Telling(workers=2, words="2 workers", overloaded=True, trials=(found.trial,))

    assert (found.from_s, found.until_s) == (3.0, 12.0)
    assert lanes_sentence(telling, [found]) == "Broker killed after 5 s: for 3.50 s no worker is busy"


def test_the_sentence_and_the_table_tell_the_same_numbers(demo_group: Group) -> None:
    telling = steadiest(demo_group)
    found = [lanes(each) for each in telling.trials]

    assert lanes_sentence(telling, found) == "With 4 workers, the slots are busy 68 % of the time in both modes"
    assert {round(float(row[6])) for row in lanes_table(found).rows} == {68}


@pytest.fixture(scope="module")
def chart(demo_group: Group) -> Figure:
    return drawn_charts(demo_group)["lanes_w4"]


def test_there_is_a_bar_for_every_picture(demo_group: Group, chart: Figure) -> None:
    for ax, each in zip(chart.axes, steadiest(demo_group).trials, strict=True):
        assert len(ax.patches) == len(lanes(each).work)


def test_each_lane_is_a_process(demo_group: Group) -> None:
    for one in demo_group.trials:
        work = lanes(one).work
        assert work.groupby("lane")["process"].nunique().eq(1).all()
        assert set(work["process"]) <= set(one.pictures["process_id"])


def test_the_subtitle_says_where_no_process_is_recorded(chart: Figure, tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "x", both_modes((4,)))
    without_later_columns(folder)

    older = drawn_charts(grouped(folder)[0])["lanes_w4"]

    assert "no process recorded" in older.texts[1].get_text().replace("\n", " ")
    assert "no process recorded" not in chart.texts[1].get_text().replace("\n", " ")
