"""What a calibration says of cases that were made up, so that the answer is known."""

import json
import math

import pandas as pd
import pytest

from analysis.calibration.checks import certify
from analysis.errors import AnalysisError
from tests.analysis.hand_made import HEARD
from tests.analysis.synthetic_experiment import START, Made, break_books, write_trial

NO_STALL = {"mean_s": 0.05, "stall_s": 0.0, "stall_after_s": 60.0, "stall_every_s": 0.0}


def write_case(folder, kind, *, rate=50.0, measure_s=10.0):
    """A case in which all was as planned: a server that is never full, and uploads that leave a millisecond late."""
    made = Made(mode="sync", workers=50, offered_rate=rate, service_s=0.05, warmup_s=0.0, measure_s=measure_s)
    case = write_trial(folder / f"{kind}-{rate:g}", made)
    due = pd.read_csv(case / "requests.csv").set_index("id")["due_at"]
    planned = due[due < START + measure_s]
    (planned - START).rename("offset_s").to_csv(case / "plan.csv")
    due.add(0.002).rename("received_at").to_csv(case / "truth.csv")
    told = {"kind": kind, "rate": rate, "opened_at": START, "truth": NO_STALL}
    (case / "case.json").write_text(json.dumps(told))
    return case


def change(case, column, by_s, rows=slice(None)):
    requests = pd.read_csv(case / "requests.csv")
    requests.loc[rows, column] += by_s
    requests.to_csv(case / "requests.csv", index=False)


def checked(folder, **heard):
    return {check.what: check for check in certify(folder, HEARD | heard)}


def missed(folder, **heard):
    return {what for what, check in checked(folder, **heard).items() if not check.passed}


def late(case):
    """A hundred leave 31 ms after they are due."""
    change(case, "due_at", -0.03, slice(5, 104))


@pytest.mark.parametrize(
    ("spoil", "at", "kept", "or_more"),
    [
        (None, None, 80, True),
        (late, 80.0, 40, False),
        (break_books, 80.0, 40, False),
        (late, 40.0, 20, False),
        (late, 20.0, 0, False),
    ],
)
def test_the_highest_rate_is_the_last_step_before_one_whose_trial_is_invalid(tmp_path, spoil, at, kept, or_more):
    steps = {rate: write_case(tmp_path, "rate", rate=rate) for rate in (20.0, 40.0, 80.0)}
    if spoil:
        spoil(steps[at])

    check = checked(tmp_path)["highest rate that one process sustained"]
    assert (check.measured, check.at_least) == (kept, or_more)


@pytest.mark.parametrize(("measure_s", "shown"), [(10.0, True), (4.0, False)])
def test_the_floor_has_a_p99_where_there_are_enough_uploads_for_one(tmp_path, measure_s, shown):
    write_case(tmp_path, "floor", measure_s=measure_s)

    assert ("floor, response, p99" in checked(tmp_path)) == shown
    assert "floor, response without send lag, p50" in checked(tmp_path)


def test_the_largest_send_lag_is_that_of_the_latest_upload(tmp_path):
    change(write_case(tmp_path, "lag"), "sent_at", 0.5, 7)

    lags = checked(tmp_path)
    assert lags["send lag at 50/s, largest"].measured == pytest.approx(0.501, abs=1e-4)
    assert lags["send lag at 50/s, p99"].measured == pytest.approx(0.001, abs=1e-4)


def test_a_case_that_kept_its_plan_misses_nothing(tmp_path):
    for kind in ("floor", "lag", "rate"):
        write_case(tmp_path, kind)

    assert missed(tmp_path) == set()


@pytest.mark.parametrize("by_s", [0.005, math.nan])
def test_a_due_time_that_is_not_the_plan_s_is_found(tmp_path, by_s):
    change(write_case(tmp_path, "floor"), "due_at", by_s, 3)

    assert missed(tmp_path) == {"largest difference between a due time and the plan"}


def test_a_send_lag_is_not_hidden_by_calling_late_uploads_due_late(tmp_path):
    case = write_case(tmp_path, "lag")
    change(case, "due_at", 0.02)
    change(case, "sent_at", 0.02)

    assert missed(tmp_path) == {"send lag at 50/s, p99", "largest difference between a due time and the plan"}


def test_the_median_of_a_server_that_stalls_may_be_off_by_what_a_connection_costs(tmp_path):
    write_case(tmp_path, "stall")
    limits = {check.what[-3:]: check.limit for check in checked(tmp_path).values() if check.code == "C5"}

    assert limits == {"p50": pytest.approx(0.002), "p95": pytest.approx(0.001), "p99": pytest.approx(0.001)}


def test_a_calibration_without_its_plans_is_said_to_be_an_older_version_s(tmp_path):
    (write_case(tmp_path, "floor") / "plan.csv").unlink()

    with pytest.raises(AnalysisError, match=r"plan\.csv: it was measured by another version\. Calibrate again"):
        certify(tmp_path, HEARD)


@pytest.mark.parametrize(
    ("name", "bad", "what"),
    [
        ("timer_p99_s", 0.0011, "lag while idle, p99"),
        ("spin_cv", 0.2, "spread of a fixed piece of work"),
        ("steal_share", 0.05, "CPU time taken by other machines"),
        ("clock_step_s", 0.01, "resolution of the clock"),
        ("child_clock_s", 3600.0, "clock difference of a child process"),
    ],
)
def test_a_machine_that_is_not_fit_to_measure_is_told(tmp_path, name, bad, what):
    write_case(tmp_path, "floor")

    assert missed(tmp_path, **{name: bad}) == {what}


def test_what_a_system_does_not_tell_is_left_out(tmp_path):
    write_case(tmp_path, "floor")
    told = checked(tmp_path, steal_share=None, pressure_share=None)

    assert told.keys().isdisjoint({"CPU time taken by other machines", "time in which something waited for a CPU"})
    assert told["scheduling delay, p99"].measured == 0.0002
