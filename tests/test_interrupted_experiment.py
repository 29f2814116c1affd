"""An experiment that is refused, stopped, killed, cut short or disturbed; all with real processes."""

import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.real_stack import components_in, run, until
from tests.small_experiment import interrupt, measure, stack_of, start, wait_for, write_plan

pytestmark = pytest.mark.stack


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """An experiment that Ctrl-C ended in its second trial, as it was just after; the secrets are of the first one."""

    folder: Path
    exit_code: int
    told: str
    finished: list[Path]
    left: list[str]
    secrets: list[str]


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interrupted")
    process = start(folder, measure_s=2, rate=2)
    wait_for(folder / "results", "*.partial/stack/stack.json")
    environment = psutil.Process(stack_of(folder)["pids"]["web"]).environ()
    password = environment["CELERY_BROKER_URL"].partition(":")[2].partition("@")[0].lstrip("/:")
    wait_for(folder / "results", "*-r1")
    wait_for(folder / "results", "*.partial/logs/locust.log")
    told = interrupt(process)
    return Interrupted(
        folder=folder,
        exit_code=process.returncode,
        told=told,
        finished=list((folder / "results").glob("*-r1/trial.json")),
        left=components_in(folder),
        secrets=[environment["EXPORT_TOKEN"], environment["DJANGO_SECRET_KEY"], password],
    )


def test_ctrl_c_in_the_middle_leaves_no_process_and_what_is_finished_stays(interrupted):
    assert interrupted.exit_code == 130
    assert "1 of 2 trials is finished and kept" in interrupted.told
    assert len(interrupted.finished) == 1
    assert interrupted.left == []


def test_no_secret_is_left_in_the_results(interrupted):
    """The token, the broker's password and the key are in the running stack's files, and nowhere after it."""
    kept = b"".join(path.read_bytes() for path in (interrupted.folder / "results").rglob("*") if path.is_file())

    assert all(len(secret) > 20 for secret in interrupted.secrets)
    assert [secret for secret in interrupted.secrets if secret.encode() in kept] == []


def test_an_interrupted_experiment_goes_on_where_it_was(interrupted):
    again = measure(interrupted.folder, measure_s=2, rate=2)

    assert again.returncode == 0, again.stderr
    assert "1 of 2 trials is already there" in again.stderr
    assert not list((interrupted.folder / "results").glob("*.partial"))


def test_killing_the_harness_itself_leaves_no_process(tmp_path):
    process = start(tmp_path)
    wait_for(tmp_path / "results", "*.partial/logs/locust.log")
    process.kill()
    process.wait()
    until(lambda: not components_in(tmp_path))
    assert not list((tmp_path / "results").glob("*-r1"))


def test_a_trial_that_is_cut_short_does_not_count(tmp_path):
    """Somebody ends Locust; it ends in order and writes what it has."""
    process = start(tmp_path, measure_s=10, rate=2, mode="sync")
    wait_for(tmp_path / "results", "*.partial/logs/locust.log")
    (locust,) = [one for one in psutil.Process(process.pid).children() if "locust" in one.cmdline()]
    (log,) = (tmp_path / "results").glob("*.partial/logs/locust.log")
    until(lambda: "All users spawned" in log.read_text())
    locust.terminate()
    _, told = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "Locust ended with exit code" in told
    assert not list((tmp_path / "results").glob("*-r1"))


def test_two_experiments_do_not_share_a_folder(tmp_path):
    process = start(tmp_path, mode="sync")
    wait_for(tmp_path / "results", "*.partial")
    second = measure(tmp_path, mode="sync")
    interrupt(process)

    assert second.returncode == 1
    assert "Another process is writing to" in second.stderr


def test_a_stack_that_dies_half_way_is_one_error_and_no_trial(tmp_path):
    process = start(tmp_path)
    wait_for(tmp_path / "results", "*.partial/stack/stack.json")
    os.killpg(stack_of(tmp_path)["pids"]["web"], signal.SIGKILL)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "web ended with exit code -9" in told
    assert "0 of 2 trials are finished" in told
    assert not list((tmp_path / "results").glob("*-r1"))
    assert components_in(tmp_path) == []


def test_trials_of_another_plan_are_set_aside_and_never_mixed(interrupted, tmp_path):
    shutil.copytree(interrupted.folder / "results", tmp_path / "results")
    there = {path.name for path in (tmp_path / "results").glob("*-r1")}
    process = start(tmp_path, seed=6, mode="sync")
    wait_for(tmp_path / "results", "*.partial/logs/web.log")
    interrupt(process)
    (aside,) = tmp_path.glob("results-until-*")

    assert {path.name for path in aside.glob("*-r1")} == there != set()
    assert not list((tmp_path / "results").glob("*-r1"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("workers", "wokers"), "unknown key factors.wokers; the nearest valid one is factors.workers"),
        (("workers = 1", "workers = 0"), "workers = 0 must be a whole number"),
        (("[factors]", "[factors"), "is not a plan in TOML"),
    ],
)
def test_a_bad_plan_is_one_sentence_and_nothing_is_written(tmp_path, change, words):
    path = write_plan(tmp_path)
    path.write_text(path.read_text().replace(*change))
    refused = run("loadtests", "run", path, "--results", tmp_path / "results")

    assert refused.returncode == 2
    assert words in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "results").exists()
