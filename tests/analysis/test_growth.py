import math
from typing import Any

from hand_made import crowded_door, trial

from analysis.growth import Growth, backlog_growth, unanswered_growth
from analysis.outcomes import outcomes

STEADY = {"slope": 0.0, "arrival_rate": 10.0, "beyond_noise": False, "left_over": False}


def _growth(**what: Any) -> Growth:
    return Growth(**(STEADY | what))


def test_what_is_not_answered_piles_up_at_the_front_door() -> None:
    made = crowded_door()

    found = unanswered_growth(made, outcomes(made))

    assert 4.5 < found.slope < 5.5
    assert found.left_over
    assert found.without_limit


def test_a_backlog_behind_a_door_that_answers_is_no_growth_of_the_unanswered() -> None:
    requests = [{"id": str(n), "due_at": 10 + n / 10, "answered_at": 10.01 + n / 10} for n in range(100)]
    pictures = [{"id": str(n), "state": "queued", "finished_at": math.nan} for n in range(100)]
    made = trial(requests, pictures, broker_left=100)

    assert backlog_growth(made, outcomes(made)).without_limit
    assert not unanswered_growth(made, outcomes(made)).without_limit


def test_in_sync_mode_unanswered_is_not_done() -> None:
    requests = [{"id": str(n), "due_at": 10 + n / 10, "answered_at": 12 + n / 5} for n in range(100)]
    made = trial(requests, [{"id": str(n)} for n in range(100)], mode="sync")

    assert unanswered_growth(made, outcomes(made)) == backlog_growth(made, outcomes(made))


def test_a_request_that_failed_without_an_answer_does_not_wait_for_one() -> None:
    failed = {"answered_at": math.nan, "status": math.nan, "error": "ConnectionResetError: gone"}
    made = trial([{"id": str(n), "due_at": 10 + n / 10, "sent_at": 10 + n / 10} | failed for n in range(100)], [])

    assert unanswered_growth(made, outcomes(made)).slope == 0


def test_the_limits_are_those_of_the_verdict() -> None:
    assert _growth(slope=1.1, beyond_noise=True).without_limit
    assert _growth(slope=0.4, left_over=True).without_limit
    assert _growth(slope=0.4, beyond_noise=True).undecided
    for steady in (_growth(slope=1.1), _growth(slope=0.2, beyond_noise=True, left_over=True)):
        assert not steady.without_limit
        assert not steady.undecided
