"""A trial beside which the machine was not quiet is NOISY, and of one that was measured again the second counts."""

import json
import shutil

import pytest

import analysis
from analysis.checks import NOISY, OVERLOADED, VALID, verdict_on
from analysis.noise import counted, noise_words, ordinary_spins_s
from analysis.samples import read_experiment
from tests.analysis.hand_made import trial
from tests.analysis.synthetic_experiment import Made, both_modes, write_experiment

USUAL = {"before": 0.020, "after": 0.020}


def record(before=0.020, after=0.020, steal=0.0):
    return {"noise": {"spin_before_s": before, "spin_after_s": after, "steal_share": steal, "pressure_share": 0.3}}


def test_the_usual_time_is_the_median_of_all_trials_whatever_they_measured():
    heard = [record(0.020, 0.018), record(0.021, 0.05), record(0.022, 0.019), {}]

    assert ordinary_spins_s(heard) == {"before": 0.021, "after": 0.019}
    assert ordinary_spins_s([{}, {"noise": None}]) == {}


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (record(), ""),
        (record(after=0.0219), ""),
        (record(after=0.0226), "after it a fixed piece of work took 13% longer than usual (limit 10%)"),
        (record(before=0.017), "before it a fixed piece of work took 15% less than usual (limit 10%)"),
        (record(steal=0.03), "others took 3.0% of the machine's CPU time (limit 1%)"),
        ({"noise": None}, ""),
        ({}, ""),
    ],
)
def test_a_spin_or_a_theft_beyond_its_limit_is_told_in_words(heard, words):
    assert noise_words(heard, USUAL) == words


def test_a_noisy_trial_is_called_so_with_what_to_try():
    done = [
        {"id": str(n), "due_at": 10 + n / 10, "sent_at": 10 + n / 10, "answered_at": 10.01 + n / 10} for n in range(9)
    ]
    pictures = [
        {"id": row["id"], "received_at": row["due_at"], "started_at": row["due_at"], "finished_at": row["answered_at"]}
        for row in done
    ]
    verdict = verdict_on(trial(done, pictures, info=record(after=0.03)), USUAL)

    assert verdict.name == NOISY and not verdict.invalid
    assert "took 50% longer than usual" in verdict.reasons[0] and "Close other programs" in verdict.reasons[0]


def test_noise_does_not_hide_an_overload(tmp_path):
    folder = write_experiment(tmp_path / "made", [Made(mode="queue", workers=1)])
    heard(folder / "queue-w1-r1", record(steal=0.5))

    assert analysis.judge(folder / "queue-w1-r1").name == OVERLOADED


def heard(trial_dir, noise):
    path = trial_dir / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | noise))


def test_of_a_trial_that_was_measured_again_the_second_counts_and_the_first_is_named(tmp_path):
    folder = write_experiment(tmp_path / "made", both_modes((4,)))
    again = folder / "queue-w4-r1-again"
    shutil.copytree(folder / "queue-w4-r1", again)
    path = again / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"name": again.name}))

    experiment = read_experiment(folder)

    assert {one.name for one in experiment.trials} == {"sync-w4-r1", "queue-w4-r1-again"}
    assert experiment.replaced == ("queue-w4-r1",)
    assert analysis.judge(again).name == VALID


def test_a_trial_without_a_second_counts():
    assert counted(["a-r1", "b-r1", "b-r1-again"]) == ["a-r1", "b-r1-again"]
