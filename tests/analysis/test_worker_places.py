import math

from hypothesis import given
from hypothesis import strategies as st

from analysis.worker_places import worker_places


def test_a_picture_takes_the_first_place_that_is_free() -> None:
    assert worker_places([0.0, 1.0, 2.0, 3.0], [2.0, 5.0, 4.0, 6.0], 3) == [0, 1, 0, 2]


def test_what_was_never_begun_has_no_place_and_what_never_ended_keeps_its_own() -> None:
    assert worker_places([0.0, math.nan, 9.0], [math.nan, math.nan, 9.5], 2) == [0, None, 1]


def test_pictures_that_overlap_more_than_there_are_places_share_one() -> None:
    assert worker_places([0.0, 0.5], [2.0, 3.0], 1) == [0, 0]


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0.001, 5)), max_size=40))
def test_no_place_has_two_pictures_where_there_are_as_many_places_as_ever_overlap(spans) -> None:
    started = [start for start, _ in spans]
    finished = [start + length for start, length in spans]
    most = max((sum(s <= at < f for s, f in zip(started, finished, strict=True)) for at in started), default=1)

    places = worker_places(started, finished, most)

    for one, (start, end, place) in enumerate(zip(started, finished, places, strict=True)):
        for other in range(one):
            overlap = start < finished[other] and started[other] < end
            assert not (overlap and place == places[other])
