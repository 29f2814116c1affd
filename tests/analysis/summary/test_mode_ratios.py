"""The two modes side by side, block by block, and the control that tells what chance does."""

import dataclasses
import json
import math

import pandas as pd
import pytest

from analysis import api
from analysis.data.reader import read_experiment
from analysis.summary.contrasts import log_ratio_sd, mode_ratios
from analysis.tables.contrasts import mode_table
from tests.analysis.hand_made import TRIAL_DEFAULTS
from tests.analysis.synthetic_experiment import both_modes, repeated, write_experiment, write_trial

NO_CPU = dict.fromkeys(("cpu_web_s_per_picture", "cpu_broker_s_per_picture"), math.nan)


def per_trial(*rows):
    return pd.DataFrame([TRIAL_DEFAULTS | row for row in rows])


def block(repeat, sync_s, queue_s, **what):
    return [
        {"mode": mode, "repeat": repeat, "load": f"load {repeat}", "ready_p95_s": time_s, "ready_p50_s": time_s} | what
        for mode, time_s in (("sync", sync_s), ("queue", queue_s))
    ]


def ratios(found, metric, control=""):
    return next(each.ratios for each in found if each.metric == metric and each.control == control)


def test_each_block_gives_one_ratio_of_queue_over_sync():
    found = mode_ratios(per_trial(*block(1, 1.0, 1.2), *block(2, 2.0, 2.0)), pd.DataFrame())

    assert ratios(found, "ready_p95_s") == pytest.approx((1.2, 1.0))


def test_times_of_an_overloaded_side_give_none_and_throughput_does():
    found = mode_ratios(per_trial(*block(1, 1.0, 1.2, verdict="OVERLOADED")), pd.DataFrame())

    assert ratios(found, "ready_p95_s") == ratios(found, "response_p50_s") == ()
    assert ratios(found, "throughput") == (1.0,)


def test_trials_that_did_not_replay_the_same_uploads_are_no_pair():
    rows = [row | {"load": row["mode"]} for row in block(1, 1.0, 1.2)]

    assert mode_ratios(per_trial(*rows), pd.DataFrame()) == []


def test_a_control_is_held_against_its_own_cell():
    rows = per_trial(*block(1, 1.0, 1.2))
    twin = per_trial(block(1, 1.0, 1.26)[1])

    assert ratios(mode_ratios(rows, twin), "ready_p95_s", control="queue") == pytest.approx((1.05,))


def test_the_scatter_is_that_of_the_logarithms_and_needs_three_blocks():
    rows = [row for n, queue_s in enumerate((1.0, math.e, math.e**2)) for row in block(n, 1.0, queue_s)]

    assert log_ratio_sd(mode_ratios(per_trial(*rows), pd.DataFrame())) == pytest.approx(1.0)
    assert log_ratio_sd(mode_ratios(per_trial(*rows[:4]), pd.DataFrame())) is None


@pytest.mark.parametrize(
    ("side", "doubt"),
    [({"verdict": "UNDECIDED"}, "undecided"), ({"failed": 9}, "failures")],
)
def test_one_doubtful_trial_makes_the_ratios_of_its_cells_doubtful(side, doubt):
    rows = [*block(1, 1.0, 1.2), *block(2, 1.0, 1.2)]
    rows[3] |= side

    found = mode_ratios(per_trial(*rows), per_trial(block(1, 1.0, 1.2)[1]))

    assert {each.doubt for each in found if not each.control} == {doubt}
    assert {each.doubt for each in found if each.control} == {""}
    told = {row[9] for row in mode_table(found, ()).rows if "control" not in row[0]}
    assert told == {f"too few pairs to tell ({doubt})"}


def test_noise_is_told_beside_the_verdicts_and_not_at_every_ratio():
    rows = [*block(1, 1.0, 1.2), *block(2, 1.0, 1.2)]
    rows[3] |= {"verdict": "NOISY"}

    assert {each.doubt for each in mode_ratios(per_trial(*rows), pd.DataFrame())} == {""}


@pytest.mark.parametrize(
    ("side", "metric", "why"),
    [
        ({"verdict": "OVERLOADED"}, "ready time, p95", "one side is overloaded"),
        ({"ready_p95_s": math.nan}, "ready time, p95", "one side has too few uploads"),
        ({"ready_p95_s": math.inf}, "ready time, p95", "one side has over 5 % missing"),
        ({"ready_p50_s": math.inf}, "ready time, median", "one side has half or more missing"),
        ({"throughput": 0.0}, "throughput", "one side finished no picture"),
        (NO_CPU, "CPU time per picture", "the CPU time of one side is unknown"),
    ],
)
def test_a_ratio_that_is_missing_says_why(side, metric, why):
    sync, queue = block(1, 1.0, 1.2)
    table = mode_table(mode_ratios(per_trial(sync, queue | side), pd.DataFrame()), ())

    assert [row[9] for row in table.rows if row[2] == metric] == [f"not compared: {why}"]


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    """Four blocks of both modes with 4 workers, the queue a twin each."""
    made = repeated(both_modes((4,)), 4)
    folder = write_experiment(tmp_path_factory.mktemp("studied") / "made", made)
    for each in made:
        if each.mode == "queue":
            place = folder / f"queue-w4-control-r{each.repeat}"
            write_trial(place, dataclasses.replace(each, accept_s=1.02 * each.accept_s))
            record = json.loads((place / "trial.json").read_text())
            (place / "trial.json").write_text(json.dumps(record | {"name": place.name, "control": True}))
    return folder


def test_controls_are_in_no_cell(studied):
    experiment = read_experiment(studied)

    assert len(experiment.trials) == 8 and len(experiment.controls) == 4


def test_the_scatter_of_a_folder_is_that_of_its_first_blocks(studied):
    first, all_four = api.ratio_scatter(studied, 3), api.ratio_scatter(studied, 4)

    assert 0 < first != all_four > 0
    assert api.ratio_scatter(studied, 2) is None


def test_the_report_shows_both_and_the_control_contains_one(studied, capsys):
    from analysis.__main__ import main

    assert main([str(studied), "--no-charts"]) == 0
    page = (studied / "report.html").read_text()
    assert "queue / sync" in page and "queue / queue (control)" in page


def test_the_table_gives_ratio_interval_blocks_and_utilisation():
    rows = [row for n in range(4) for row in block(n, 1.0, 1.2 + n / 100)]
    table = mode_table(mode_ratios(per_trial(*rows), pd.DataFrame()), ())

    (row,) = (row for row in table.rows if row[2] == "ready time, p95")
    assert row[:4] == ["queue / sync", "4", "ready time, p95", "1.21"]
    assert row[6:8] == ["95 % interval", "4"] and row[8] == "0.8, 0.8" and row[9] == "differs"
