"""Arrivals against completions: what is counted, where the gaps are widest, and that the picture shows it."""

import math
from typing import Any

import numpy as np
import pytest
from analysed import drawn_charts
from hand_made import trial
from matplotlib.figure import Figure

from analysis.charts.cumulative_flow import MOST_STEPS, draw_arrivals
from analysis.series.cumulative_flow import Flow, flow, flow_sentence, flow_table
from analysis.summary.groups import Group, steadiest, tellings


def five_uploads() -> Flow:
    """Due each second from 1 s on after the start; done after 1 s; the fourth takes 3 s, the fifth never ends."""
    took = (1, 1, 1, 3, math.nan)
    requests: list[dict[str, Any]] = []
    pictures: list[dict[str, Any]] = []
    for n, took_s in enumerate(took):
        due = 9.0 + n
        requests.append({"id": str(n), "due_at": due, "sent_at": due, "answered_at": due + 0.1})
        state = "processing" if math.isnan(took_s) else "ready"
        pictures.append({"id": str(n), "started_at": due, "finished_at": due + took_s, "state": state})
    return flow(trial(requests, pictures, load_stopped_at=17.0))


def test_the_counts_are_of_seconds_since_the_load_began() -> None:
    counted = five_uploads()

    assert counted.due.tolist() == [1, 2, 3, 4, 5]
    assert counted.answered.round(3).tolist() == [1.1, 2.1, 3.1, 4.1, 5.1]
    assert counted.ended.tolist() == [2, 3, 4, 7]


def test_the_gap_up_is_the_most_that_were_open_at_one_time() -> None:
    assert five_uploads().most == (5.0, 3, 5)
    assert five_uploads().most_open == 2


def test_the_gap_across_counts_what_has_not_ended_to_the_end_of_the_load() -> None:
    assert five_uploads().furthest == (5, 5.0, 9.0)
    assert five_uploads().behind_s == 4.0


def test_at_every_time_the_gap_is_the_backlog(demo_group: Group) -> None:
    """The same pictures as the chart of the backlog, by another way."""
    for each in demo_group.trials:
        counted = flow(each)
        rows = demo_group.traces[demo_group.traces["trial"] == each.name]
        at = rows["since_s"].to_numpy()
        gap = np.searchsorted(counted.due, at, "right") - np.searchsorted(counted.ended, at, "right")
        assert gap.tolist() == rows["in_system"].tolist()


def test_a_long_load_is_drawn_with_no_more_steps_than_can_be_seen(demo_group: Group) -> None:
    """A report with every step of a hundred thousand uploads would open in no browser."""
    many = np.arange(100_000) / 40.0
    long = Flow(trial=demo_group.trials[0], due=many, answered=many, ended=many + 1.0, until_s=2502.0)

    figure = draw_arrivals(demo_group, [long], "any title")

    drawn = [line.get_xydata() for line in figure.axes[0].lines]
    areas = [path.vertices for area in figure.axes[0].collections for path in area.get_paths()]
    assert max(map(len, drawn)) <= MOST_STEPS and max(map(len, areas)) <= 5 * MOST_STEPS
    assert max(line[:, 1].max() for line in drawn) == len(many)


def test_told_are_the_fewest_workers_that_overload_and_the_fewest_that_keep_up(demo_group: Group) -> None:
    assert [(each.workers, each.overloaded) for each in tellings(demo_group)] == [(1, True), (4, False)]
    assert steadiest(demo_group).workers == 4
    assert [each.cell.mode for each in steadiest(demo_group).trials] == ["sync", "queue"]


def test_the_sentence_and_the_table_tell_the_same_numbers(demo_group: Group) -> None:
    telling = tellings(demo_group)[0]
    flows = [flow(each) for each in telling.trials]

    assert flow_sentence(telling, flows) == (
        "With 1 worker, completions fall behind arrivals by 12 s in both modes; up to 118 uploads are open"
    )
    assert [row[5] for row in flow_table(flows).rows] == ["118", "118"]


@pytest.fixture(scope="module")
def chart(demo_group: Group) -> Figure:
    return drawn_charts(demo_group)["arrivals_w1"]


def test_both_modes_stand_side_by_side_on_the_same_axes(chart: Figure) -> None:
    sync, queue = chart.axes

    assert (sync.get_xlim(), sync.get_ylim()) == (queue.get_xlim(), queue.get_ylim())
    assert sync.get_ylim()[0] == 0


def test_each_gap_is_named_once_in_each_panel(chart: Figure) -> None:
    for ax in chart.axes:
        words = [text.get_text() for text in ax.texts]
        assert sum(word.endswith("open") for word in words) == sum(word.endswith("behind") for word in words) == 1
