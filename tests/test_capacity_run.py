"""A search for a capacity on a real stack: its trials, its drain, its resumption and its report."""

import pandas as pd
import pytest

from loadtests.experiment import capacity
from loadtests.experiment.runner import run_experiment
from loadtests.planning.reader import read_plan
from loadtests.recording.analysis_bridge import goal_outcome
from tests.real_stack import run
from tests.small_experiment import punctual

pytestmark = pytest.mark.stack

PLAN = """
name = "small"
question = "How much does one worker take in?"
seed = 5
[goal]
limit_s = 1.0
probe_s = 5
confirm_s = 5
longest_s = 5
most_trials = 1
[factors]
mode = "queue"
workers = 1
[phases]
warmup_s = 1
drain_limit_s = 1
"""


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A machine on which others compute holds up no upload here, and no trial is measured twice for it."""
    folder = tmp_path_factory.mktemp("searched")
    (folder / "small.toml").write_text(PLAN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacity, "DRAIN_WORK_S", 2.0)
        patch.setattr(capacity, "noisy_trials", lambda _: {})
        patch.setattr(capacity, "goal_outcome", lambda trial, goal: goal_outcome(punctual(trial), goal))
        run_experiment(read_plan(folder / "small.toml"), folder / "results")
        yield folder


def test_each_step_is_a_trial_at_a_rate_of_its_own_from_half_of_what_was_predicted(searched):
    (found,) = pd.read_csv(searched / "results" / "capacity.csv").to_dict("records")
    first = pd.read_json(searched / "results" / "queue-w1-r1" / "trial.json", typ="series")

    assert found["trials"] == 1 and found["reason"].startswith("The search took as many trials")
    assert first["cell"]["offered_rate"] == pytest.approx(found["predicted"] / 2, rel=1e-3)


def test_held_workers_empty_a_full_queue_about_as_fast_as_the_work_allows(searched):
    (found,) = pd.read_csv(searched / "results" / "capacity.csv").to_dict("records")

    assert 2.0 < found["drained"] < 4.5
    assert len(pd.read_csv(searched / "results" / "drain-queue-w1.csv")) >= 6


def test_what_was_measured_is_not_measured_again(searched):
    before = sorted((path, path.stat().st_mtime_ns) for path in (searched / "results").glob("*/trial.json"))

    run_experiment(read_plan(searched / "small.toml"), searched / "results")

    assert sorted((path, path.stat().st_mtime_ns) for path in (searched / "results").glob("*/trial.json")) == before


def test_the_report_says_what_was_found_and_draws_it(searched):
    done = run("analysis", searched / "results")

    assert done.returncode == 0, done.stderr
    page = (searched / "results" / "report.html").read_text()
    assert "Ready p95 within 1 s, with 1 worker: queue" in page
    assert {path.name for path in (searched / "results" / "charts").glob("*.png")} - {"calibration.png"} == {
        "capacity.png",
        "searched-w1.png",
    }
