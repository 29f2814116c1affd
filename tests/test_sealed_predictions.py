"""A prediction that is sealed in a real experiment before its first trial."""

import json
import shutil
from datetime import datetime

import pytest

from analysis.data.reader import read_experiment
from tests.real_stack import run
from tests.small_experiment import GUESSED, measure, measure_overload, punctual

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def sealed(shelf, tmp_path_factory):
    return shutil.copytree(shelf.folder(measure_overload), tmp_path_factory.mktemp("sealed"), dirs_exist_ok=True)


def test_it_was_sealed_before_the_first_trial_began(sealed):
    head = json.loads((sealed / "results" / "experiment.json").read_text())
    trials = [json.loads(path.read_text()) for path in (sealed / "results").glob("*-r1/trial.json")]

    assert (sealed / "results" / "predictions.json").read_text() == GUESSED
    sealed_at = datetime.fromisoformat(head["predictions"]["sealed_at"]).timestamp()
    assert len(trials) == 2 and all(sealed_at < trial["phases"]["started_at"] for trial in trials)
    assert read_experiment(sealed / "results").guess.sealed_at == head["predictions"]["sealed_at"]


def test_the_same_command_goes_on_and_keeps_it(sealed):
    before = (sealed / "results" / "experiment.json").read_text()

    assert measure(sealed, sealed / "predictions.json").returncode == 0

    assert (sealed / "results" / "experiment.json").read_text() == before


def test_another_one_is_refused_in_one_sentence_after_the_trial(sealed):
    done = measure(sealed, GUESSED.replace("4.5", "3.6"))

    assert done.returncode == 1
    assert "Another prediction was sealed" in done.stderr
    assert "Traceback" not in done.stderr
    assert (sealed / "results" / "predictions.json").read_text() == GUESSED


def test_a_first_prediction_after_the_trial_is_refused(sealed):
    head = sealed / "results" / "experiment.json"
    sealed_head = head.read_text()
    head.write_text(json.dumps({key: value for key, value in json.loads(sealed_head).items() if key != "predictions"}))
    try:
        done = measure(sealed, sealed / "predictions.json")
    finally:
        head.write_text(sealed_head)

    assert done.returncode == 1
    assert "already holds a trial, so it is too late for predictions" in done.stderr


def test_rubbish_is_refused_before_anything_is_started(tmp_path):
    done = measure(tmp_path, '{"schema": 1, "throughput": {"1": "much"}}')

    assert done.returncode == 2
    assert "throughput has 'much' instead of a number from 0 to 10000" in done.stderr
    assert not (tmp_path / "results").exists()


def test_the_report_holds_the_guess_against_what_was_measured(sealed, tmp_path):
    shutil.copytree(sealed / "results", tmp_path / "results")
    for mode in ("sync", "queue"):
        punctual(tmp_path / "results" / f"{mode}-w1-r1")

    assert run("analysis", tmp_path / "results", "--no-charts").returncode == 0

    text = (tmp_path / "results" / "report.html").read_text()
    assert "prediction of throughput with 1 worker: 4.5 pictures/s; measured: " in text
    assert "prediction of ready time with 1 worker: 0.30 s; measured: grows without limit" in text
