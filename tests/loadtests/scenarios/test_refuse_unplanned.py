"""A record that is not of the load that was planned is no trial."""

from dataclasses import replace

import pytest

from loadtests.errors import TrialError
from loadtests.scenarios.trial_writer import refuse_unplanned
from loadtests.scenarios.upload_client import Request
from loadtests.workload.arrivals import plan
from loadtests.workload.pictures import Payload

STARTED_AT, LENGTH_S = 1_763_900_000.25, 10.0
PLANNED = plan(rate=20, seed="7/1", weights=[1], length_s=LENGTH_S)
PAYLOAD = Payload("a.jpg", "multipart/form-data", b"", 1.0)


def recorded():
    """The record of a sender that kept the plan, with what was sent after the measurement."""
    planned = plan(rate=20, seed="7/1", weights=[1], length_s=LENGTH_S + 2)
    return [Request(arrival.id, STARTED_AT + arrival.offset_s, PAYLOAD) for arrival in planned]


def refuse(requests):
    refuse_unplanned(requests, PLANNED, started_at=STARTED_AT, length_s=LENGTH_S)


def test_the_record_of_a_kept_plan_is_good_whatever_follows_the_measurement():
    refuse(recorded())


def test_a_planned_upload_that_is_in_no_account_is_told():
    with pytest.raises(TrialError, match="Plan and record differ by 1 upload: "):
        refuse(recorded()[1:])


def test_an_upload_that_nobody_planned_is_told():
    stranger = replace(recorded()[-1], due_at=STARTED_AT + 1)
    with pytest.raises(TrialError, match="Plan and record differ by 1 upload: each is in one of them alone"):
        refuse([*recorded(), stranger])


@pytest.mark.parametrize("late_s", [0.01, LENGTH_S])
def test_uploads_whose_due_times_were_put_off_are_told(late_s):
    """As by a sender that calls an upload due when it gets to it."""
    requests = recorded()
    for request in requests[5:8]:
        request.due_at += late_s

    with pytest.raises(TrialError, match="Plan and record differ in the due time of 3 uploads"):
        refuse(requests)
