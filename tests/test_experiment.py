"""A whole experiment: real stacks, real Locust, real files."""

import json
import shutil

import pandas as pd
import pytest

from analysis.api import judge
from loadtests.workload.arrivals import plan
from tests.real_stack import components_in
from tests.small_experiment import measure, measure_overload, punctual

pytestmark = pytest.mark.stack


def record(folder, trial):
    return json.loads((folder / "results" / trial / "trial.json").read_text())


@pytest.fixture(scope="module")
def overloaded(shelf):
    return shelf.folder(measure_overload)


def rows(folder, trial, file):
    return pd.read_csv(folder / "results" / trial / file)


@pytest.mark.parametrize("trial", ["sync-w1-r1", "queue-w1-r1"])
def test_every_upload_that_was_planned_is_a_row_of_the_record(overloaded, trial):
    requests = rows(overloaded, trial, "requests.csv")
    phases = record(overloaded, trial)["phases"]
    planned = plan(rate=12.0, seed="5/1", weights=[0.25] * 4, length_s=100)
    due = [one for one in planned if phases["started_at"] + one.offset_s < phases["load_stopped_at"] - 0.1]

    assert set(requests["id"]) >= {str(one.id) for one in due}
    assert requests["id"].is_unique
    offsets = requests["due_at"] - phases["started_at"]
    assert offsets.tolist() == pytest.approx([one.offset_s for one in planned[: len(requests)]], abs=1e-4)


def test_both_modes_got_the_same_load(overloaded):
    sync, queue = record(overloaded, "sync-w1-r1"), record(overloaded, "queue-w1-r1")
    both = [
        rows(overloaded, trial, "requests.csv").query("phase == 'measure'") for trial in ("sync-w1-r1", "queue-w1-r1")
    ]

    assert sync["plan_sha256"] == queue["plan_sha256"]
    assert both[0]["id"].tolist() == both[1]["id"].tolist()
    assert both[0]["picture"].tolist() == both[1]["picture"].tolist()


def test_each_trial_says_of_which_experiment_and_in_which_circumstances_it_is(overloaded):
    head = json.loads((overloaded / "results" / "experiment.json").read_text())

    for trial in ("sync-w1-r1", "queue-w1-r1"):
        told = record(overloaded, trial)
        for name in ("fingerprint", "code_sha256", "versions", "machine"):
            assert told[name] == head[name]


def test_uploads_leave_when_they_are_due_although_the_server_is_far_behind(overloaded):
    """A closed model would wait for the answers, which take seconds here."""
    requests = rows(overloaded, "sync-w1-r1", "requests.csv").query("phase == 'measure'")

    assert (requests["sent_at"] - requests["due_at"]).median() < 0.1
    assert requests["answered_at"].isna().any()


def test_what_was_in_flight_at_the_end_is_kept_as_unfinished(overloaded):
    requests = rows(overloaded, "sync-w1-r1", "requests.csv")
    open_rows = requests[requests["answered_at"].isna()]

    assert len(open_rows) > 0
    assert open_rows["sent_at"].notna().all()
    assert open_rows["status"].isna().all()


def test_a_queue_answers_at_once_and_finishes_no_sooner(overloaded):
    requests = rows(overloaded, "queue-w1-r1", "requests.csv").query("phase == 'measure'")
    pictures = rows(overloaded, "queue-w1-r1", "pictures.csv").set_index("id").loc[requests["id"]]

    assert requests["status"].eq(202).all()
    assert pictures["state"].eq("queued").any()
    # The broker is asked before the database, so it never knows of fewer than are unfinished there.
    left = record(overloaded, "queue-w1-r1")["broker_remaining"]
    unfinished = rows(overloaded, "queue-w1-r1", "pictures.csv")["state"].isin(["queued", "processing"]).sum()
    assert left["waiting"] + left["unacked"] >= unfinished


def test_overload_is_a_verdict_and_the_accounts_balance(overloaded, tmp_path):
    shutil.copytree(overloaded / "results", tmp_path / "results")
    verdicts = [judge(punctual(tmp_path / "results" / trial)) for trial in ("sync-w1-r1", "queue-w1-r1")]

    assert [verdict.name for verdict in verdicts] == ["OVERLOADED", "OVERLOADED"], verdicts


def test_each_component_s_cpu_seconds_are_kept(overloaded):
    spent = record(overloaded, "queue-w1-r1")["cpu_seconds"]

    assert spent.keys() == {"web", "worker", "broker", "external", "control", "sweeper", "load"}
    # What one upload costs the endpoint is less than what its picture costs the worker, of which few had their turn.
    trial = overloaded / "results" / "queue-w1-r1"
    accepted = pd.read_csv(trial / "requests.csv")["status"].between(200, 299).sum()
    finished = pd.read_csv(trial / "pictures.csv")["state"].eq("ready").sum()
    assert spent["worker"] / finished > spent["web"] / accepted > 0
    assert "worker" not in record(overloaded, "sync-w1-r1")["cpu_seconds"]


def test_no_picture_and_no_file_of_the_stack_is_left_in_the_results(overloaded):
    files = {path.name for path in (overloaded / "results").rglob("*") if path.is_file()}
    # Only the first stack of this code makes the tables.
    files -= {"migrate.log"}

    assert files == {
        *(
            "experiment.json",
            "baseline.csv",
            "prediction.csv",
            "trial.json",
            "requests.csv",
            "pictures.csv",
            "backlog.csv",
        ),
        *("elsewhere.csv", "external_writes.csv", "predictions.json"),
        *(f"{name}.log" for name in ("broker", "control", "external", "locust", "sweeper", "web", "worker")),
    }
    assert components_in(overloaded) == []


def test_a_finished_experiment_is_not_measured_again(overloaded, tmp_path):
    shutil.copytree(overloaded, tmp_path, dirs_exist_ok=True)
    before = (tmp_path / "results" / "sync-w1-r1" / "trial.json").stat().st_mtime_ns
    again = measure(tmp_path, tmp_path / "predictions.json")

    assert again.returncode == 0
    assert "2 of 2 trials are already there" in again.stderr
    assert (tmp_path / "results" / "sync-w1-r1" / "trial.json").stat().st_mtime_ns == before
