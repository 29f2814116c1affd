"""What becomes of a trial beside which the machine was not quiet, with real stacks and a real Locust."""

import itertools
import json

import pytest

from loadtests.experiment.runner import run_experiment
from loadtests.machine import noise
from loadtests.planning.reader import read_plan
from tests.real_stack import run
from tests.small_experiment import write_plan

pytestmark = pytest.mark.stack


def test_a_noisy_trial_is_measured_again_in_its_block_with_the_same_load_and_both_are_kept(tmp_path, monkeypatch):
    # Only what others took of the processor is made up: 5 % during the first trial.
    taken = itertools.chain([0.05], itertools.repeat(0.0))
    monkeypatch.setattr(noise, "_steal_share", lambda before, after: next(taken))
    folder = tmp_path / "results"

    run_experiment(read_plan(write_plan(tmp_path, rate=3.0, measure_s=3, mode="sync")), folder)

    (again,) = folder.glob("*-rerun")
    first = folder / again.name.removesuffix("-rerun")
    records = [json.loads((one / "trial.json").read_text()) for one in (first, again)]
    assert [one["noise"]["steal_share"] for one in records] == [0.05, 0.0]
    assert records[0]["plan_sha256"] == records[1]["plan_sha256"]
    told = " ".join(records[0]["verdict"]["reasons"])
    assert "other virtual machines took 5.0% of the machine's CPU time" in told

    assert run("analysis", folder, "--no-charts").returncode == 0
    page = (folder / "report.html").read_text()
    _, found, named = page.partition("1 trial measured again, because the machine was busy")
    assert found and first.name in named[:200]
    assert len((folder / "summary.csv").read_text().splitlines()) == 2
