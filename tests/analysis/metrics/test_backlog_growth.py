import math
from typing import Any

from hand_made import crowded_door, trial

from analysis.metrics.backlog import Growth, backlog_growth, unanswered_growth

#: 10 uploads/s for 10 s, of which four are open on average.
STEADY = {"slope": 0.0, "arrived": 100, "finished": 100, "unfinished": 0, "mean": 4.0, "length_s": 10.0} | {
    "near_saturation": True
}


def _growth(**what: Any) -> Growth:
    return Growth(**(STEADY | what))


def test_what_is_not_answered_piles_up_at_the_front_door() -> None:
    made = crowded_door()

    found = unanswered_growth(made)

    assert 4.5 < found.slope < 5.5
    assert found.unfinished == 50
    assert found.without_limit


def test_a_backlog_behind_a_door_that_answers_is_no_growth_of_the_unanswered() -> None:
    requests = [{"id": str(n), "due_at": 10 + n / 10, "answered_at": 10.01 + n / 10} for n in range(100)]
    pictures = [{"id": str(n), "state": "queued", "finished_at": math.nan} for n in range(100)]
    made = trial(requests, pictures, broker_remaining=100)

    assert backlog_growth(made).without_limit
    assert not unanswered_growth(made).without_limit


def test_in_sync_mode_unanswered_is_not_done() -> None:
    requests = [{"id": str(n), "due_at": 10 + n / 10, "answered_at": 12 + n / 5} for n in range(100)]
    made = trial(requests, [{"id": str(n)} for n in range(100)], mode="sync")

    assert unanswered_growth(made) == backlog_growth(made)


def test_a_request_that_failed_without_an_answer_does_not_wait_for_one() -> None:
    failed = {"answered_at": math.nan, "status": math.nan, "error": "ConnectionResetError: gone"}
    made = trial([{"id": str(n), "due_at": 10 + n / 10, "sent_at": 10 + n / 10} | failed for n in range(100)], [])

    assert unanswered_growth(made).slope == 0


def test_clear_growth_beyond_chance_has_no_limit() -> None:
    assert _growth(slope=1.1).without_limit
    assert not _growth(slope=1.1, mean=16.0).without_limit


def test_slow_growth_that_leaves_uploads_has_no_limit() -> None:
    assert _growth(slope=0.4, unfinished=2).without_limit
    assert not _growth(slope=0.2, unfinished=2).without_limit


def test_slow_growth_beyond_chance_is_undecided() -> None:
    assert _growth(slope=0.7).undecided
    assert not _growth(slope=0.4).undecided
    assert not _growth(slope=1.1).undecided


def test_near_saturation_three_percent_that_are_missing_are_too_many() -> None:
    assert not _growth(finished=97).undecided
    assert _growth(finished=96).undecided


def test_with_workers_to_spare_what_is_missing_may_be_chance() -> None:
    """Of four open uploads on average, ten more or fewer at the end than at the start are chance."""
    assert not _growth(finished=90, near_saturation=False).undecided
    assert _growth(finished=89, near_saturation=False).undecided


def test_more_that_are_finished_than_have_come_are_no_doubt() -> None:
    assert not _growth(finished=120).undecided
