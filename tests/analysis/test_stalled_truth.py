"""What a server that stalls must show, worked out by hand."""

import pandas as pd
import pytest

from analysis.calibration import TRUTHS, Measured
from tests.analysis.hand_made import trial


def stalled(*due, every_s=0.0):
    """A server that works 50 ms on each upload and does nothing from 4 to 6 s after it was opened at 100."""
    names = [str(n) for n in range(len(due))]
    case = {
        "opened_at": 100.0,
        "truth": {"mean_s": 0.05, "stall_s": 2.0, "stall_after_s": 4.0, "stall_every_s": every_s},
    }
    truth = pd.DataFrame({"received_at": [100 + at for at in due]}, index=names)
    rows = pd.DataFrame({"id": names, "due_at": [100 + at for at in due]})
    return TRUTHS["stall"](Measured(trial=trial([], []), truth=truth, case=case, rows=rows)).tolist()


def test_before_and_after_a_stall_an_upload_takes_as_long_as_the_work():
    assert stalled(1.0, 3.9, 6.5) == pytest.approx([0.05, 0.05, 0.05])


def test_who_comes_in_a_stall_waits_for_its_end_and_then_for_the_work():
    assert stalled(4.5) == pytest.approx([1.55])


def test_what_is_in_work_when_a_stall_begins_is_finished_at_its_end():
    assert stalled(3.98) == pytest.approx([2.02])


def test_a_stall_comes_again_where_it_is_to():
    assert stalled(14.5, every_s=10.0) == pytest.approx([1.55])
    assert stalled(14.5) == pytest.approx([0.05])
