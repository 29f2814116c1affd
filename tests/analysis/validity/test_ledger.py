"""What goes in must come out, by id."""

import math

import pandas as pd
import pytest
from hand_made import trial

from analysis.data.model import Cell
from analysis.validity.ledger import as_expected, broken_promises, died, ledger, recovery_s

NO_ANSWER = {"answered_at": math.nan, "status": math.nan}
QUEUED = {"state": "queued", "started_at": math.nan, "finished_at": math.nan}
BEGUN = {"state": "processing", "started_at": 11.0, "finished_at": math.nan}


def made(requests, pictures, **what):
    requests = [{"id": name} | about for name, about in requests.items()]
    return trial(requests, [{"id": name} | about for name, about in pictures.items()], **what)


FAULT = {"kind": "fault", "what": "node-killed", "began_at": 11.0, "ended_at": 13.0}


def left(waiting=0, unacked=0, collected_at=60.0, events=(FAULT,)):
    about = {"broker_remaining": {"waiting": waiting, "unacked": unacked}, "phases": {"collected_at": collected_at}}
    return about | {"events": list(events)}


def test_what_was_accepted_and_became_ready_is_completed():
    drawn_up = ledger(made({"a": {}, "b": {}}, {"a": {}, "b": {}}))

    assert (drawn_up.attempted, drawn_up.accepted, drawn_up.completed, drawn_up.lost) == (2, 2, 2, 0)
    assert drawn_up.valid and broken_promises(drawn_up) == []


@pytest.mark.parametrize("pictures", [{}, {"a": QUEUED}, {"a": BEGUN}], ids=["no row", "nobody began", "work died"])
def test_what_was_accepted_and_is_held_by_nobody_is_lost(pictures):
    drawn_up = ledger(made({"a": {}}, pictures, info=left()))

    assert (drawn_up.lost, drawn_up.stuck, drawn_up.pending, drawn_up.valid) == (1, 0, 0, False)
    assert "1 accepted picture is lost" in str(broken_promises(drawn_up)[0])


def test_what_the_broker_takes_for_being_in_a_dead_worker_s_hands_is_lost_and_stuck():
    drawn_up = ledger(made({"a": {}, "b": {}}, {"a": BEGUN, "b": QUEUED}, info=left(unacked=1)))

    assert (drawn_up.lost, drawn_up.stuck) == (2, 1)


def test_what_waits_and_what_was_begun_just_now_is_pending():
    drawn_up = ledger(made({"a": {}, "b": {}}, {"a": BEGUN, "b": QUEUED}, info=left(waiting=1, collected_at=15.0)))

    assert (drawn_up.pending, drawn_up.lost, drawn_up.valid) == (2, 0, True)


def named(missing=(), unacked=(), waiting=0, events=(FAULT,), **also):
    """The account of a broker that shows its messages."""
    ids = {"missing": len(missing), "missing_ids": list(missing), "unacked_ids": list(unacked)}
    return left(waiting, len(unacked), events=events) | {
        "broker_remaining": {"waiting": waiting, "unacked": len(unacked)} | ids | also
    }


@pytest.mark.parametrize("events", [(), (FAULT,)], ids=["nothing died", "after a fault"])
def test_what_no_look_found_at_the_broker_is_lost_by_its_name(events):
    account = named(missing=["b"], waiting=1, events=events)

    assert ledger(made({"a": {}, "b": {}}, {"a": QUEUED, "b": QUEUED}, info=account)).lost == 1


@pytest.mark.parametrize("events", [(), (FAULT,)], ids=["nothing died", "after a fault"])
@pytest.mark.parametrize("account", [named(waiting=1), left(waiting=1)], ids=["by ids", "by counts"])
def test_what_the_server_does_not_know_is_lost_whatever_the_broker_says(account, events):
    drawn_up = ledger(made({"a": {}, "b": {}}, {"a": QUEUED}, info=account | {"events": list(events)}))

    assert (drawn_up.lost, drawn_up.pending) == (1, 1)


def test_after_a_fault_what_a_dead_worker_holds_is_lost_and_stuck_by_its_name():
    drawn_up = ledger(made({"a": {}, "b": {}}, {"a": BEGUN, "b": QUEUED}, info=named(unacked=["a"], waiting=1)))

    assert (drawn_up.lost, drawn_up.stuck, drawn_up.pending) == (1, 1, 1)


def test_where_messages_cannot_be_seen_the_fewest_that_any_look_missed_are_lost():
    account = named(waiting=1, events=()) | {}
    account["broker_remaining"] |= {"missing": 1, "missing_ids": None, "unacked_ids": None}

    assert ledger(made({"a": {}, "b": {}}, {"a": QUEUED, "b": QUEUED}, info=account)).lost == 1


def test_where_nothing_died_what_a_worker_holds_is_pending():
    drawn_up = ledger(made({"a": {}, "b": {}}, {"a": BEGUN, "b": QUEUED}, info=left(unacked=2, events=())))

    assert (drawn_up.pending, drawn_up.lost) == (2, 0)


def ended_at_work(profile, events=()):
    """One picture is at work when the trial ends, and the broker has no message of it."""
    cell = Cell(mode="queue", workers=1, workload="io", offered_rate=1.0, profile=profile)
    return ledger(made({"a": {}}, {"a": BEGUN}, info=left(events=events), cell=cell))


def test_as_celery_comes_the_broker_does_not_hold_what_is_at_work():
    """Its message is removed when the work begins; the safe queue keeps it until the work has ended."""
    assert (ended_at_work("defaults").lost, ended_at_work("safe").lost) == (0, 1)


def test_as_celery_comes_what_was_begun_long_before_the_end_of_a_trial_with_a_fault_has_died():
    assert ended_at_work("defaults", events=(FAULT,)).lost == 1


def test_what_others_have_stored_twice_is_not_this_trial_s():
    effects = pd.DataFrame({"id": ["a", "of an earlier trial"], "writes": [1.0, 2.0]})

    assert ledger(made({"a": {}}, {"a": {}}, external_writes=effects)).duplicate_writes == 0


def test_a_failure_that_the_user_can_see_is_not_a_loss():
    drawn_up = ledger(made({"a": {}}, {"a": {"state": "failed", "reason": "gave_up"}}))

    assert (drawn_up.failed_visibly, drawn_up.lost, drawn_up.valid) == (1, 0, True)


def test_what_was_refused_or_never_answered_was_not_promised():
    drawn_up = ledger(made({"a": {"status": 503.0}, "b": NO_ANSWER}, {"b": {}}))

    assert (drawn_up.accepted, drawn_up.refused, drawn_up.unknown, drawn_up.recovered) == (0, 1, 1, 1)
    assert drawn_up.valid


def test_a_picture_that_nobody_sent_is_unexpected():
    drawn_up = ledger(made({"a": {}}, {"a": {}, "b": {}}))

    assert (drawn_up.unexpected, drawn_up.valid) == (1, False)


def test_two_executions_are_counted_and_two_effects_are_forbidden():
    effects = pd.DataFrame({"id": ["a", "b"], "writes": [1.0, 2.0]})
    drawn_up = ledger(made({"a": {}, "b": {}}, {"a": {"executions": 2}, "b": {}}, external_writes=effects))

    assert (drawn_up.duplicated, drawn_up.duplicate_writes, drawn_up.valid) == (1, 1, False)


def test_a_ready_picture_without_its_files_is_no_picture_whatever_was_done_to_the_stack():
    drawn_up = ledger(made({"a": {}}, {"a": {}}, info=left() | {"files": {"incomplete": 1}}))

    assert (drawn_up.completed, drawn_up.incomplete, drawn_up.valid) == (1, 1, False)
    assert list(map(str, broken_promises(drawn_up))) == ["1 ready picture lacks a file."]


@pytest.mark.parametrize(("finished_at", "recovery_s"), [(17.0, 4.0), (12.0, 0.0), (math.nan, None)])
def test_recovery_counts_from_the_fault_s_end_to_the_last_picture_that_had_come_by_then(finished_at, recovery_s):
    pictures = {
        "a": {"received_at": 12.0, "finished_at": finished_at},
        "b": {"received_at": 14.0, "finished_at": 30.0},
    }

    assert ledger(made({"a": {}, "b": {}}, pictures, info=left())).recovery_s == recovery_s


def test_each_fault_recovers_for_itself_and_the_slowest_speaks_for_the_trial():
    first, second = FAULT | {"ended_at": 13.0}, FAULT | {"ended_at": 20.0}
    pictures = {
        "a": {"received_at": 12.0, "finished_at": 18.0},
        "b": {"received_at": 19.0, "finished_at": 22.0},
    }
    broken = made({"a": {}, "b": {}}, pictures, info=left(events=(first, second)))

    assert [recovery_s(broken, fault) for fault in (first, second)] == [5.0, 2.0]
    assert ledger(broken).recovery_s == 5.0


@pytest.mark.parametrize(
    ("expected", "pictures", "kept"),
    [
        ({"loses": False, "recovery_s": 5.0}, {"a": {"received_at": 12.0, "finished_at": 17.0}}, True),
        ({"loses": False, "recovery_s": 3.0}, {"a": {"received_at": 12.0, "finished_at": 17.0}}, False),
        ({"loses": False, "recovery_s": 5.0}, {"a": BEGUN}, False),
        ({"loses": True, "recovery_s": None}, {"a": BEGUN}, True),
        ({"loses": True, "recovery_s": None}, {"a": {}}, False),
        ({"loses": False, "recovery_s": None}, {"a": {}}, True),
    ],
)
def test_a_fault_is_held_against_what_was_written_down_beforehand(expected, pictures, kept):
    fault = FAULT | {"expected": expected}

    assert as_expected(made({"a": {}}, pictures, info=left(events=(fault,))), fault) == kept


def test_what_died_by_itself_is_named_once():
    restart = {"kind": "restart", "what": "worker", "began_at": 11.0, "ended_at": 11.1}

    assert list(map(str, died(made({}, {}, info={"events": [restart, restart]})))) == [
        "The worker died and was restarted during the trial."
    ]
