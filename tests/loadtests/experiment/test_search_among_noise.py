"""A search on a machine that is never quiet: the trials are made up, all that judges them is real."""

import json
from dataclasses import replace

import pandas as pd

from loadtests.experiment.capacity import CAPACITY, Searcher
from loadtests.experiment.progress import TrialProgress
from loadtests.planning.reader import parse
from tests.analysis.synthetic_experiment import Made, write_bare, write_trial
from tests.loadtests.planning.test_goals import with_goal

SERVICE_S = 0.29


def noisy_trial(setup):
    """One web process, and others that took a twentieth of the machine's CPU time."""
    trial = setup.trial
    made = Made(mode="sync", workers=1, repeat=trial.repeat, offered_rate=trial.cell.offered_rate, seed=trial.repeat)
    made = replace(made, service_s=SERVICE_S, measure_s=setup.experiment.phases.measure_s)
    folder = write_trial(setup.folder / trial.name, made)
    record = json.loads((folder / "trial.json").read_text())
    (folder / "trial.json").write_text(json.dumps(record | {"name": trial.name, "noise": {"steal_share": 0.05}}))


def test_it_finds_a_capacity_though_every_trial_is_noisy(tmp_path):
    plan = with_goal()
    plan["factors"] = plan["factors"] | {"mode": "sync", "workers": 1}
    experiment = parse(plan)
    write_bare(tmp_path, SERVICE_S)
    searcher = Searcher(
        experiment=experiment,
        goal=experiment.goal,
        folder=tmp_path,
        pictures=None,
        cores=2,
        progress=TrialProgress(1, 0, 1.0),
        measure=noisy_trial,
    )

    searcher.find_all()

    (found,) = pd.read_csv(tmp_path / CAPACITY).to_dict("records")
    assert 1.5 < found["passed"] < found["failed"] < 1.2 / SERVICE_S
    assert len(list(tmp_path.glob("*-rerun"))) == 1
