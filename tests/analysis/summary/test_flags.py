import math

import pandas as pd
import pytest
from hand_made import cells

from analysis.format import GROWS, clock
from analysis.summary.cells import keeps_up, told_workers

OVERLOADED = {"verdict": "OVERLOADED"}
UNDECIDED = {"verdict": "UNDECIDED"}


def row(**what: object) -> "pd.Series":
    return cells({"mode": "queue", "workers": 4} | what).iloc[0]


def test_the_answer_of_an_overloaded_queue_keeps_its_value_while_its_door_keeps_up() -> None:
    marked = row(**OVERLOADED)

    assert (marked["response_p50_mark"], marked["response_p95_mark"]) == ("", "")
    assert (marked["ready_p50_mark"], marked["ready_p95_mark"]) == (GROWS, GROWS)


def test_an_answer_whose_front_door_is_overloaded_grows_without_limit() -> None:
    marked = row(**OVERLOADED, unanswered_grows=True)

    assert (marked["response_p50_mark"], marked["response_p95_mark"]) == (GROWS, GROWS)


def test_missing_answers_of_an_overloaded_queue_are_not_called_growth() -> None:
    assert row(**OVERLOADED, response_p95_s=math.inf)["response_p95_mark"] == "over 5 % missing"


@pytest.mark.parametrize(
    ("what", "doubt"),
    [
        ({}, ""),
        (UNDECIDED, "undecided"),
        ({"failed": 1}, ""),
        ({"failed": 2}, "failures"),
        (UNDECIDED | {"failed": 50}, "undecided, failures"),
    ],
)
def test_a_doubtful_cell_says_in_a_word_why(what: dict, doubt: str) -> None:
    """Of 100 uploads; one failure in a hundred is let pass."""
    assert row(**what)["doubt"] == doubt


def test_only_a_valid_cell_without_any_failure_keeps_up() -> None:
    assert keeps_up(row())
    assert not keeps_up(row(failed=1))
    assert not keeps_up(row(unfinished=1))
    assert not keeps_up(row(**UNDECIDED))


def test_workers_are_named_with_what_is_doubtful_and_where() -> None:
    calm, doubtful = row(mode="sync"), row(**UNDECIDED)

    assert told_workers(4, calm, calm) == "4 workers"
    assert told_workers(4, doubtful) == "4 workers (undecided)"
    assert told_workers(1, row(mode="sync", **UNDECIDED), doubtful) == "1 worker (undecided)"
    assert told_workers(4, calm, doubtful) == "4 workers (undecided in queue)"


def test_a_p95_that_is_missing_is_not_said_to_grow() -> None:
    assert clock(0.3, math.inf, p50_mark="", p95_mark="over 5 % missing") == "0.30 s / over 5 % missing"
    assert clock(0.3, math.nan, p50_mark="", p95_mark="") == "0.30 s / –"
    assert clock(4.2, 9.9, p50_mark=GROWS, p95_mark=GROWS) == GROWS
    assert clock(math.nan, math.nan, p50_mark="", p95_mark="") == "–"


def test_intervals_stand_behind_their_values_in_two_lines() -> None:
    both = clock(0.314, 0.67, p50_mark="", p95_mark="", p50_ends=(0.301, 0.349), p95_ends=(0.58, 0.71))
    median = clock(0.0064, math.inf, p50_mark="", p95_mark="over 5 % missing", p50_ends=(0.005, 0.0101))

    assert both == "0.31 s (0.30–0.35) /\n0.67 s (0.58–0.71)"
    assert median == "6 ms (5–10) /\nover 5 % missing"
