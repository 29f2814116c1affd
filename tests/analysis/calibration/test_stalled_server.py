"""What a server that stalls or is full must show, worked out by hand."""

import pandas as pd
import pytest

from analysis.calibration.expected_times import TRUTHS, Measured
from tests.analysis.hand_made import trial


def stalled(*due, every_s=0.0, came=None):
    """A server that works 50 ms on each upload and does nothing from 4 to 6 s after it was opened at 100."""
    case = {
        "opened_at": 100.0,
        "truth": {"mean_s": 0.05, "stall_s": 2.0, "stall_after_s": 4.0, "stall_every_s": every_s},
    }
    seen = pd.DataFrame({"received_at": [100 + at for at in came or due]})
    return true_s("stall", case, due, seen)


def true_s(kind, case, due, seen):
    """due counts from 100; the record says that all were due, and sent, long after."""
    rows = pd.DataFrame({"id": range(len(due)), "due_at": 200.0, "sent_at": 200.0})
    planned = pd.Series([100.0 + at for at in due])
    return TRUTHS[kind](Measured(trial=trial([], []), truth=seen, case=case, rows=rows, due=planned)).tolist()


def test_before_and_after_a_stall_an_upload_takes_as_long_as_the_work():
    assert stalled(1.0, 3.9, 6.5) == pytest.approx([0.05, 0.05, 0.05])


def test_who_comes_in_a_stall_waits_for_its_end_and_then_for_the_work():
    assert stalled(4.5) == pytest.approx([1.55])


def test_what_is_in_work_when_a_stall_begins_is_finished_at_its_end():
    assert stalled(3.98) == pytest.approx([2.02])


def test_a_stall_comes_again_where_it_is_to():
    assert stalled(14.5, every_s=10.0) == pytest.approx([1.55])
    assert stalled(14.5) == pytest.approx([0.05])


def test_whether_an_upload_came_just_before_a_stall_or_in_it_is_the_server_s_to_say():
    assert stalled(3.999, came=[4.001]) == pytest.approx([2.051])


def test_who_was_due_in_a_stall_waits_for_its_end_whenever_the_sender_got_to_it():
    assert stalled(4.5, came=[6.0]) == pytest.approx([1.55])


def test_a_queue_is_replayed_from_the_due_times_of_the_plan():
    """One place, a second each: the second upload waits although its sender held it back until the first was done."""
    seen = pd.DataFrame({"received_at": [101.0, 102.0], "service_s": [1.0, 1.0]})

    assert true_s("queue", {"truth": {"servers": 1}}, (1.0, 1.25), seen) == pytest.approx([1.0, 1.75])
