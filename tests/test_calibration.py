"""Runs calibration cases with a real reference server and a real Locust."""

import json

import pandas as pd
import pytest

from analysis.calibration.checks import certify
from loadtests.calibration import runner
from loadtests.calibration.cases import cases, glance, rate_case
from loadtests.machine.provenance import STORED, calibration_scope, last_calibration
from tests.analysis.hand_made import HEARD

pytestmark = [pytest.mark.stack, pytest.mark.quiet]

QUICK = {case.name: case for case in cases(quick=True)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One case of each kind that has a truth, and one rate, measured."""
    folder = tmp_path_factory.mktemp("calibration")
    chosen = [QUICK["bimodal-50"], QUICK["one-stall"], QUICK["queue-0.8"], rate_case(200, quick=True)]
    for case in chosen:
        runner.run_case(case, folder)
    return folder


@pytest.fixture(scope="module")
def checks(folder):
    return {check.what: check for check in certify(folder, HEARD)}


@pytest.mark.parametrize(
    ("what", "true_s"),
    [("bimodal-50, p50", 0.125), ("bimodal-50, p95", 1.375), ("one-stall, p50", 0.05)],
)
def test_the_known_answer_is_what_the_server_was_told(checks, what, true_s):
    assert checks[what].truth == pytest.approx(true_s, abs=0.004)


@pytest.mark.parametrize(
    "what",
    [f"{case}, {name}" for case in ("bimodal-50", "one-stall", "queue-0.8") for name in ("p50", "p95")],
)
def test_the_harness_measures_what_is_true(checks, what):
    """As near as a busy machine allows; how near a quiet one comes is what `make calibrate` says."""
    check = checks[what]

    assert abs(check.measured - check.truth) <= 3 * check.limit, check


def test_a_known_queue_has_whole_accounts(folder):
    record = json.loads((folder / "queue-0.8-r1" / "trial.json").read_text())

    assert not record["verdict"]["name"].startswith("INVALID"), record["verdict"]


def test_a_stall_is_seen_in_full_by_who_was_due_in_it(checks):
    assert checks["one-stall, p99"].truth > 1.0
    assert checks["one-stall, p99"].measured == pytest.approx(checks["one-stall, p99"].truth, rel=0.1)


def test_no_time_is_below_zero_and_the_rate_was_kept(checks):
    assert checks["negative times"].measured == 0
    assert checks["highest rate that one process sustained"].measured == 200
    assert checks["largest difference between a due time and the plan"].passed


def test_a_harness_that_is_wrong_by_a_fiftieth_of_a_second_is_found_out(folder, tmp_path):
    case = copied(folder / "bimodal-50-r1", tmp_path)
    rows = pd.read_csv(case / "requests.csv")
    rows.assign(answered_at=rows["answered_at"] + 0.02).to_csv(case / "requests.csv", index=False)

    missed = {check.what for check in certify(tmp_path, HEARD) if not check.passed}
    assert missed == {"bimodal-50, p50", "bimodal-50, p95"}


def test_a_sender_that_waits_for_the_server_and_calls_uploads_due_when_it_gets_to_them_is_found_out(folder, tmp_path):
    """Coordinated omission: nothing is sent in the stall, what was due in it is said to be due at its end, and the
    server's own log agrees."""
    case = copied(folder / "one-stall-r1", tmp_path)
    told = json.loads((case / "case.json").read_text())
    begins = told["opened_at"] + told["truth"]["stall_after_s"]
    ends = begins + told["truth"]["stall_s"]
    restamp(case / "requests.csv", ["due_at", "sent_at"], begins, ends)
    restamp(case / "truth.csv", ["received_at", "connected_at"], begins, ends)

    missed = {check.what for check in certify(tmp_path, HEARD) if not check.passed}
    assert {"one-stall, p95", "one-stall, p99", "largest difference between a due time and the plan"} <= missed


def copied(case, into):
    """The files of a case, to be changed."""
    copy = into / case.name
    copy.mkdir()
    for file in case.glob("*.*"):
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    return copy


def restamp(path, columns, begins, ends):
    """Put off to the end whatever lies between."""
    rows = pd.read_csv(path)
    rows.loc[rows[columns[0]].between(begins, ends), columns] = ends
    rows.to_csv(path, index=False)


def test_a_glance_is_short_and_hears_how_late_uploads_leave_and_whether_a_stall_is_seen():
    assert [case.kind for case in glance()] == ["lag", "stall"]
    assert sum(case.measure_s for case in glance()) <= 15


def test_a_calibration_of_other_code_or_another_machine_counts_for_nothing(tmp_path):
    stored = tmp_path / STORED.name
    stored.write_text(json.dumps({"checks": []} | calibration_scope()))
    assert last_calibration(stored) == {"checks": []} | calibration_scope()

    stored.write_text(json.dumps({"checks": []} | calibration_scope() | {"code_sha256": "another"}))
    assert last_calibration(stored) is None
