"""An experiment in containers, by the command that a person types."""

import json
import subprocess

import pandas as pd
import pytest

from tests.real_stack import run

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

PLAN = """
name = "composed"
question = "Does the harness measure containers?"
repeats = 1
seed = 5
[factors]
mode = ["sync", "queue"]
workers = 2
offered_rate = 4.0
database = "postgres"
[phases]
warmup_s = 1
measure_s = 5
drain_limit_s = 10
"""
TRIALS = ("sync-w2-r1", "queue-w2-r1")


def containers(tools):
    """The id of every container on this machine."""
    done = subprocess.run([tools.engine, "ps", "--all", "--quiet"], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def before(tools, image):
    return containers(tools)


@pytest.fixture(scope="module")
def results(before, tmp_path_factory):
    """What the experiment left on the disk."""
    folder = tmp_path_factory.mktemp("composed")
    (folder / "composed.toml").write_text(PLAN)
    run_plan = ("loadtests", "run", folder / "composed.toml", "--stack", "compose")
    done = run(*run_plan, "--results", folder / "results", timeout_s=600)
    assert done.returncode == 0, done.stderr
    return folder / "results"


@pytest.mark.parametrize("trial", TRIALS)
def test_every_picture_is_finished(results, trial):
    requests, pictures = (pd.read_csv(results / trial / name) for name in ("requests.csv", "pictures.csv"))
    measured = set(requests.query("phase == 'measure'")["id"])

    assert measured and measured <= set(pictures.query("state == 'ready'")["id"])


@pytest.mark.parametrize(("trial", "doing"), [(TRIALS[0], "web"), (TRIALS[1], "worker")])
def test_the_processor_time_of_each_service_is_accounted_for(results, trial, doing):
    spent = json.loads((results / trial / "trial.json").read_text())["cpu_seconds"]

    assert spent["broker"] > 0 and spent["database"] > 0 and spent["external"] > 0
    assert spent[doing] == max(spent.values())


def test_no_container_is_left(results, before, tools):
    assert containers(tools) - before == set()
