"""The ceiling and the prediction of a real experiment: real pictures, real processes, before the first trial."""

import itertools

import pandas as pd
import pytest

from loadtests.experiment.baseline import BASELINE, measure_baseline
from loadtests.planning.reader import read_plan
from loadtests.recording.analysis_bridge import predict
from tests.small_experiment import write_plan

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("baseline")
    experiment = read_plan(write_plan(folder, rate=2.0))
    measure_baseline(experiment, folder, None)
    predict(folder, experiment.cells(), cores=2)
    return folder


def test_one_process_does_the_work_again_and_again_and_each_takes_the_delay_and_some_cpu(worked):
    rows = pd.read_csv(worked / BASELINE)
    took_s = rows["finished_at"] - rows["started_at"]

    assert len(rows) >= 4 and set(rows["processes"]) == {1}
    assert took_s.between(0.15, 1.0).all()
    assert rows["cpu_s"].between(0.001, 0.3).all() and (rows["cpu_s"] < took_s).all()
    ends = itertools.pairwise(zip(rows["started_at"], rows["finished_at"], strict=True))
    assert all(before[1] <= after[0] for before, after in ends)


def test_what_was_worked_on_once_is_not_worked_on_again(worked):
    before = (worked / BASELINE).stat().st_mtime_ns

    measure_baseline(read_plan(worked / "small.toml"), worked, None)

    assert (worked / BASELINE).stat().st_mtime_ns == before


def test_every_cell_of_the_plan_is_predicted_from_it(worked):
    rows = pd.read_csv(worked / "prediction.csv")

    assert list(zip(rows["mode"], rows["workers"], strict=True)) == [("sync", 1), ("queue", 1)]
    assert rows["throughput"].eq(2.0).all()
    assert rows["ready_p50_s"].between(0.25, 5).all()
