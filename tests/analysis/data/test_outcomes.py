import math

import numpy as np
import pytest
from hand_made import trial

from analysis.data.outcomes import cohort, in_system, outcomes


def test_the_clocks_of_queue_mode_start_when_the_request_was_due() -> None:
    rows = outcomes(trial([{"due_at": 10.5, "sent_at": 11.0, "answered_at": 11.5}], [{"finished_at": 13.5}]))

    assert rows["response_s"].tolist() == [1.0]
    assert rows["ready_s"].tolist() == [3.0]


def test_in_sync_mode_ready_time_is_response_time() -> None:
    rows = outcomes(trial([{"answered_at": 13.0}], [{}], mode="sync"))

    assert rows["ready_s"].tolist() == rows["response_s"].tolist() == [2.0]


@pytest.mark.parametrize("status", [422.0, 500.0, 503.0])
def test_in_sync_mode_an_answer_with_an_error_is_no_finished_picture(status: float) -> None:
    """Whatever the server says of the picture: the person was told that it went wrong."""
    rows = outcomes(trial([{"status": status}], [{}], mode="sync"))

    assert rows["outcome"].tolist() == ["failed"]
    assert np.isinf(rows["response_s"]).tolist() == np.isinf(rows["ready_s"]).tolist() == [True]


@pytest.mark.parametrize(
    ("request_row", "picture_row", "outcome"),
    [
        ({}, {}, "ok"),
        ({"status": 503.0}, {}, "failed"),
        ({"error": "timed out", "status": math.nan}, {}, "failed"),
        ({}, {"state": "failed"}, "failed"),
        ({}, {"state": "processing"}, "unfinished"),
        ({"answered_at": math.nan, "status": math.nan}, {"state": "queued"}, "unfinished"),
        ({"sent_at": math.nan, "answered_at": math.nan, "status": math.nan}, {"id": "other"}, "unfinished"),
    ],
)
def test_every_request_has_one_outcome(request_row: dict, picture_row: dict, outcome: str) -> None:
    rows = outcomes(trial([request_row], [picture_row]))

    assert rows["outcome"].tolist() == [outcome]
    assert np.isinf(rows["ready_s"]).tolist() == [outcome != "ok"]


def test_an_accepted_picture_that_is_not_ready_was_still_answered_in_time() -> None:
    rows = outcomes(trial([{}], [{"state": "queued", "started_at": math.nan, "finished_at": math.nan}]))

    assert rows["response_s"].tolist() == [1.0]


def test_the_cohort_is_due_inside_the_window() -> None:
    requests = [{"id": name, "due_at": at} for name, at in (("a", 9.9), ("b", 10.0), ("c", 19.9), ("d", 20.0))]

    assert cohort(trial(requests, []))["id"].tolist() == ["b", "c"]


def test_in_the_system_is_what_is_due_and_not_done() -> None:
    requests = [{"id": "a", "due_at": 11.0}, {"id": "b", "due_at": 12.0}, {"id": "c", "due_at": 13.0}]
    pictures = [{"id": "a", "finished_at": 12.5}, {"id": "b", "finished_at": 14.0}]

    rows = outcomes(trial(requests, pictures))

    assert in_system(rows, np.array([10.0, 11.0, 12.0, 12.5, 13.0, 15.0])).tolist() == [0, 1, 2, 1, 2, 1]


def test_a_refused_request_leaves_the_system_with_its_answer() -> None:
    rows = outcomes(trial([{"status": 503.0, "answered_at": 12.0}], []))

    assert in_system(rows, np.array([11.5, 12.0])).tolist() == [1, 0]
