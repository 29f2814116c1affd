import math

from hand_made import trial

from analysis.data.model import Cell
from analysis.validity.accounting import accounts


def test_planned_is_ok_and_failed_and_unfinished() -> None:
    requests = [{"id": "a"}, {"id": "b", "status": 400.0}, {"id": "c", "answered_at": math.nan}]
    books = accounts(trial(requests, [{}]))

    assert (books.planned, books.ok, books.failed, books.unfinished) == (3, 1, 1, 1)


def test_a_picture_that_the_broker_does_not_hold_is_lost() -> None:
    requests = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
    pictures = [{"id": "a"}, {"id": "b", "state": "queued"}, {"id": "c", "state": "processing"}]

    assert accounts(trial(requests, pictures, broker_remaining=2)).lost == 0
    assert accounts(trial(requests, pictures, broker_remaining=1)).lost == 1


def test_as_celery_comes_what_is_at_work_has_no_message_and_is_not_lost() -> None:
    cell = Cell(mode="queue", workers=1, workload="io", offered_rate=1.0, profile="defaults")
    begun = [{"id": "a", "state": "processing", "finished_at": math.nan}]

    assert accounts(trial([{"id": "a"}], begun, cell=cell, broker_remaining=0)).lost == 0


def test_as_celery_comes_what_is_at_work_for_somebody_else_holds_no_accepted_picture() -> None:
    cell = Cell(mode="queue", workers=1, workload="io", offered_rate=1.0, profile="defaults")
    requests = [{"id": "a"}, {"id": "b", "answered_at": math.nan, "status": math.nan}]
    pictures = [{"id": "a", "state": "queued"}, {"id": "b", "state": "processing"}]

    assert accounts(trial(requests, pictures, cell=cell, broker_remaining=0)).lost == 1


def test_an_accepted_picture_that_the_server_does_not_know_is_lost() -> None:
    assert accounts(trial([{"id": "a"}, {"id": "b"}], [{"id": "a"}])).lost == 1


def test_a_picture_whose_upload_was_still_being_served_is_not_lost() -> None:
    """Its row is there, its message was not yet when the broker was asked, and the client has no answer."""
    requests = [{"id": "a"}, {"id": "b", "answered_at": math.nan, "status": math.nan}]
    pictures = [{"id": "a", "state": "queued"}, {"id": "b", "state": "queued"}]

    assert accounts(trial(requests, pictures, broker_remaining=1)).lost == 0
    assert accounts(trial(requests, pictures, broker_remaining=0)).lost == 1


def test_a_picture_of_any_phase_can_be_lost() -> None:
    requests = [{"id": "a", "phase": "warmup", "due_at": 9.0}, {"id": "b", "phase": "drain", "due_at": 21.0}]
    pictures = [{"id": "a", "state": "queued"}, {"id": "b", "state": "processing"}]

    assert accounts(trial(requests, pictures, broker_remaining=0)).lost == 2
