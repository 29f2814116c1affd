"""A trial beside which the machine was not quiet is NOISY, and of one that was measured again the second counts."""

import json
import shutil

import pytest

from analysis import api
from analysis.data.machine_noise import counted, noise_words, usual_spin_s
from analysis.data.reader import read_experiment
from analysis.validity.verdict import NOISY, OVERLOADED, VALID, verdict_on
from tests.analysis.hand_made import trial
from tests.analysis.synthetic_experiment import Made, both_modes, write_experiment


def record(others=0.01, steal=0.0, before=0.020):
    """What was heard beside a trial; others is None where processes cannot be told apart."""
    noise = {"spin_before_s": before, "steal_share": steal, "pressure_share": 0.3}
    return {"noise": noise, "others_share": others}


def test_the_usual_time_is_the_median_of_all_trials_whatever_they_measured():
    heard = [record(before=0.020), record(before=0.021), record(before=0.05), {}]

    assert usual_spin_s(heard) == 0.021
    assert usual_spin_s([{}, {"noise": None}]) is None


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (record(), ""),
        (record(others=0.149), ""),
        (record(others=None), ""),
        (record(before=0.05), ""),
        (
            record(others=0.173),
            "other programs took 17.3% of the machine's CPU time (limit 15%)",
        ),
        (record(steal=0.03), "other virtual machines took 3.0% of the machine's CPU time (limit 1%)"),
        ({"noise": None, "others_share": 0.5}, ""),
        ({}, ""),
    ],
)
def test_what_others_take_beyond_its_limit_is_told_in_words(heard, words):
    assert noise_words(heard) == words


def test_a_noisy_trial_is_called_so_with_what_to_try():
    done = [
        {"id": str(n), "due_at": 10 + n / 10, "sent_at": 10 + n / 10, "answered_at": 10.01 + n / 10} for n in range(9)
    ]
    pictures = [
        {"id": row["id"], "received_at": row["due_at"], "started_at": row["due_at"], "finished_at": row["answered_at"]}
        for row in done
    ]
    verdict = verdict_on(trial(done, pictures, info=record(others=0.5)))

    assert verdict.name == NOISY and not verdict.invalid
    assert "took 50.0% of the machine's CPU time" in verdict.words[0] and "Close other programs" in verdict.words[0]


def test_noise_does_not_hide_an_overload(tmp_path):
    folder = write_experiment(tmp_path / "made", [Made(mode="queue", workers=1)])
    heard(folder / "queue-w1-r1", record(steal=0.5))

    assert api.judge(folder / "queue-w1-r1").name == OVERLOADED


def heard(trial_dir, noise):
    path = trial_dir / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | noise))


def test_of_a_trial_that_was_measured_again_the_second_counts_and_the_first_is_named(tmp_path):
    folder = write_experiment(tmp_path / "made", both_modes((4,)))
    again = folder / "queue-w4-r1-rerun"
    shutil.copytree(folder / "queue-w4-r1", again)
    path = again / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"name": again.name}))

    experiment = read_experiment(folder)

    assert {one.name for one in experiment.trials} == {"sync-w4-r1", "queue-w4-r1-rerun"}
    assert experiment.replaced == ("queue-w4-r1",)
    assert api.judge(again).name == VALID


def test_a_trial_without_a_second_counts():
    assert counted(["a-r1", "b-r1", "b-r1-rerun", "c-r1-again", "c-r1"]) == ["a-r1", "b-r1-rerun", "c-r1-again"]
