import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.series.worker_timeline import lanes_of, places_of


def work(*spans: tuple[float, float], by: str = "") -> pd.DataFrame:
    """Work from some time until another, each by the process of that letter, or by processes that are not known."""
    rows = pd.DataFrame(spans, columns=["from_s", "until_s"], dtype=float)
    return rows.assign(process=list(by) or "")


def test_each_process_has_a_lane_of_its_own() -> None:
    rows = work((0, 1), (0.5, 1.5), (2, 3), (2.5, 3), by="abba")

    assert lanes_of(rows).tolist() == [0, 1, 1, 0]


def test_threads_of_a_process_have_a_lane_each() -> None:
    assert lanes_of(work((0, 2), (1, 3), (2, 4), by="aaa")).tolist() == [0, 1, 0]


def test_a_process_that_begins_after_another_has_ended_takes_over_its_lane() -> None:
    assert lanes_of(work((0, 1), (0, 9), (2, 3), by="abc")).tolist() == [0, 1, 0]


def test_where_no_process_is_known_a_picture_takes_the_first_lane_that_is_free() -> None:
    assert lanes_of(work((0, 2), (1, 5), (2, 4), (3, 6))).tolist() == [0, 1, 0, 2]


def test_what_a_dead_process_left_behind_makes_no_place_more() -> None:
    rows = work((0, math.inf), (0, 9), (2, 3), by="abc")

    assert lanes_of(rows).tolist() == [0, 1, 2]
    assert places_of(rows, 2).tolist() == [0, 1, 1]


def test_nothing_has_no_lane() -> None:
    assert places_of(work(), 2).empty


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0.001, 5), st.sampled_from("abc")), max_size=40))
def test_no_lane_has_two_pictures_at_once_nor_two_processes_by_turns(made: list[tuple[float, float, str]]) -> None:
    rows = work(*((start, start + length) for start, length, _ in made), by="".join(name for *_, name in made))

    for _, own in rows.assign(lane=lanes_of(rows)).groupby("lane"):
        ordered = own.sort_values("from_s")
        assert (ordered["from_s"].to_numpy()[1:] >= ordered["until_s"].to_numpy()[:-1]).all()
        changes = (ordered["process"] != ordered["process"].shift()).sum()
        assert changes == ordered["process"].nunique()
