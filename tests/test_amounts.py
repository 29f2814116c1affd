"""How much is measured: plans that give minutes or a precision, to their end."""

import time
from dataclasses import replace

import pytest

from loadtests.experiment.runner import run_experiment
from loadtests.planning.estimate import FEWEST_BLOCKS, PILOT_BLOCKS, blocks_needed, trial_s
from loadtests.planning.reader import parse, read_plan
from loadtests.recording.analysis_bridge import log_ratio_sd
from loadtests.recording.result_folder import finished_trials, prepare
from tests.analysis.synthetic_experiment import both_modes, repeated, write_trial
from tests.small_experiment import write_plan

PRECISE = {
    "name": "precise",
    "question": "How much longer does a picture take through a queue?",
    "precision": 0.05,
    "seed": 7,
    "factors": {"mode": ["sync", "queue"], "workers": 4, "offered_rate": 10.0},
    "phases": {"warmup_s": 2, "measure_s": 12, "drain_limit_s": 5},
}


@pytest.mark.stack
def test_a_plan_with_minutes_begins_no_block_that_would_not_end_in_them(tmp_path, capsys, monkeypatch):
    """Two blocks should fit, but the one worker is overloaded, so that a trial takes the whole of its drain limit."""
    # A trial beside which others compute would be measured again.
    monkeypatch.setattr("loadtests.experiment.runner.noisy_trials", lambda _: {})
    path = write_plan(tmp_path, measure_s=2, mode="sync")
    plan = path.read_text().replace("repeats = 1", "minutes = 0.54").replace("drain_limit_s = 3", "drain_limit_s = 10")
    path.write_text(plan)
    experiment = read_plan(path)
    began_at = time.monotonic()

    run_experiment(experiment, tmp_path / "results")

    assert experiment.repeats == 2
    # Beside others each part of a trial may take twice as long.
    assert time.monotonic() - began_at < 60 * 0.54 + 2 * trial_s(experiment)
    assert finished_trials(tmp_path / "results") == {"sync-w1-r1"}
    assert "The time budget of the plan is used up" in capsys.readouterr().err


def recorded(folder, blocks, noise):
    """A plan with a precision, and trials of so many of its blocks, of which only the pilot scatters like that."""
    experiment = parse(PRECISE)
    prepare(experiment, folder, None)
    for made in repeated(both_modes((4,)), blocks):
        write_trial(folder / made.name, replace(made, noise=noise if made.repeat <= PILOT_BLOCKS else 10 * noise))
    return experiment


def test_a_pilot_that_hardly_scatters_is_followed_by_the_fewest_blocks(tmp_path, capsys):
    experiment = recorded(tmp_path / "precise", FEWEST_BLOCKS, noise=0.001)

    run_experiment(experiment, tmp_path / "precise")

    told = capsys.readouterr().err
    assert "6 of 6 trials are already there" in told
    assert f"{PILOT_BLOCKS} blocks are measured, and their ratios scatter by" in told
    assert told.rstrip().endswith(f"{FEWEST_BLOCKS} in all.")


def test_the_scatter_of_the_pilot_alone_decides_how_many_blocks_a_precision_takes(tmp_path, capsys):
    folder = tmp_path / "precise"
    recorded(folder, PILOT_BLOCKS, noise=0.02)
    wanted = blocks_needed(log_ratio_sd(folder, PILOT_BLOCKS), PRECISE["precision"])
    assert FEWEST_BLOCKS < wanted < 40
    for made in repeated(both_modes((4,)), wanted)[2 * PILOT_BLOCKS :]:
        write_trial(folder / made.name, replace(made, noise=0.2))

    run_experiment(parse(PRECISE), folder)

    assert capsys.readouterr().err.rstrip().endswith(f"{wanted} in all.")
    assert len(finished_trials(folder)) == 2 * wanted
