from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.cells import Group
from analysis.experiment import Experiment, Trial
from analysis.lesson.expectations import expected_throughput, expected_wait
from analysis.lesson.reckoning import MOST_ROWS, all_trials, faults
from analysis.samples import read_experiment


@pytest.fixture(scope="module")
def experiment(demo: Path) -> Experiment:
    return read_experiment(demo)


def broken(experiment: Experiment, names: Sequence[str], forgotten: int) -> list[Trial]:
    """The quickest trial of the queue once for each fault; the server forgets some pictures of the first."""
    trial = next(trial for trial in experiment.trials if trial.name == "queue-w8-r1")
    trials = [replace(trial, cell=replace(trial.cell, fault=name, profile="defaults")) for name in names]
    return [replace(trials[0], pictures=trial.pictures.iloc[forgotten:]), *trials[1:]]


def test_the_ledger_of_all_trials_is_their_sum(experiment: Experiment) -> None:
    sentence, table = all_trials(experiment)

    counts = {name: int(number) for name, number in table.rows}
    assert counts["sent"] == sum(len(trial.requests) for trial in experiment.trials)
    assert counts["accepted"] == counts["completed"] + counts["still waiting when the trial ended"]
    assert counts["sent"] == counts["accepted"] + counts["refused, or without an answer"]
    assert sentence == f"Of {counts['accepted']} accepted uploads nothing was lost, nothing was stored twice"


def test_the_fault_that_lost_most_stands_first(experiment: Experiment) -> None:
    sentence, table = faults(broken(experiment, ["node-killed", "broker-frozen"], forgotten=3))

    assert [row[0] for row in table.rows] == ["node-killed", "broker-frozen"]
    assert [row[3] for row in table.rows] == ["3", "0"]
    assert sentence == "Profile defaults: 1 of 2 faults lost accepted uploads"


def test_no_more_faults_than_a_slide_holds_are_told_but_all_are_counted(experiment: Experiment) -> None:
    names = [f"fault-{n}" for n in range(MOST_ROWS + 5)]

    sentence, table = faults(broken(experiment, names, forgotten=1))

    assert len(table.rows) == MOST_ROWS
    assert f"1 of {len(names)} faults" in sentence


def test_what_is_expected_is_told_once_for_the_worker_counts_that_share_it() -> None:
    cells = pd.DataFrame(
        {
            "mode": "queue",
            "workers": [1, 2, 4, 8],
            "predicted_throughput": [3.72, 7.43, 12.0, 12.0],
            "predicted_ready_p50_s": [float("inf"), float("inf"), 0.3, 0.27],
        }
    )

    assert expected_throughput(cells) == (
        "Expected from the work alone: 3.7 pictures/s with 1 worker, 7.4 pictures/s with 2 workers "
        "and 12 pictures/s with 4 and 8 workers"
    )
    assert expected_wait(cells, "queue") == (
        "Expected from the work alone: grows without limit with 1 and 2 workers, 0.30 s with 4 workers "
        "and 0.27 s with 8 workers"
    )


def test_nothing_is_expected_where_nobody_predicted(demo_group: Group) -> None:
    assert expected_throughput(demo_group.cells) == ""
    assert expected_wait(demo_group.cells, "sync") == ""
