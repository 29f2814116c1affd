from pathlib import Path

import pandas as pd
import pytest
from synthetic_experiment import (
    FACTORS,
    LATER_FACTORS,
    Made,
    both_brokers,
    both_modes,
    break_books,
    repeated,
    write_experiment,
)

from analysis.data.outcomes import cohort
from analysis.data.reader import read_experiment
from analysis.errors import AnalysisError
from analysis.format import GROWS
from analysis.metrics.percentiles import p95, p99
from analysis.report.writer import write_summary
from analysis.summary.cells import believed, summarise, with_marks
from analysis.tables.summary import as_table
from analysis.validity.verdict import verdicts_on

DESIGNED_COLUMNS = [
    "mode",
    "workers",
    "workload",
    "offered_rate",
    "stack",
    "broker",
    "queue_type",
    "database",
    "web_threads",
    "prefetch",
    "broker_delay_s",
    "achieved_rate",
    "throughput",
    "response_p50_s",
    "response_p95_s",
    "ready_p50_s",
    "ready_p95_s",
    "planned",
    "ok",
    "failed",
    "unfinished",
    "lost",
    "verdict",
]


def test_the_summary_has_the_columns_of_the_design_and_one_row_per_cell(demo: Path, tmp_path: Path) -> None:
    experiment = read_experiment(demo)
    summary = summarise(experiment.trials, verdicts_on(experiment.trials))
    write_summary(summary, tmp_path / "summary.csv")
    read_back = pd.read_csv(tmp_path / "summary.csv")

    assert set(DESIGNED_COLUMNS) <= set(read_back.columns)
    assert read_back[["mode", "workers"]].to_numpy().tolist() == [
        [mode, workers] for mode in ("sync", "queue") for workers in (1, 2, 4, 8)
    ]
    assert (read_back["planned"] == read_back["ok"] + read_back["failed"] + read_back["unfinished"]).all()
    assert (read_back["lost"] == 0).all()
    assert "inf" in (tmp_path / "summary.csv").read_text()


def test_the_summary_finds_the_truth_of_the_simulated_queue(demo: Path) -> None:
    experiment = read_experiment(demo)
    verdicts = verdicts_on(experiment.trials)
    cells = summarise(experiment.trials, verdicts).set_index(["mode", "workers"])

    for mode in ("sync", "queue"):
        assert cells.loc[(mode, 1), "throughput"] == pytest.approx(1 / 0.29, rel=0.05)
        assert cells.loc[(mode, 8), "ready_p50_s"] == pytest.approx(0.29, rel=0.05)
        assert cells.loc[(mode, 4), "utilisation"] == pytest.approx(10 * 0.29 / 4, rel=0.03)
        assert cells["verdict"][mode].tolist() == ["OVERLOADED", "OVERLOADED", "VALID", "VALID"]
    assert cells.loc[("queue", 1), "response_p95_s"] == pytest.approx(0.013, abs=0.001)


def test_repeats_of_a_cell_are_pooled(tmp_path: Path) -> None:
    made = repeated(both_modes((4,)), 3)
    experiment = read_experiment(write_experiment(tmp_path / "three", made))
    summary = summarise(experiment.trials, verdicts_on(experiment.trials))

    assert summary["trials"].tolist() == [3, 3]
    planned = sum((each.requests["phase"] == "measure").sum() for each in experiment.trials)
    assert summary["planned"].sum() == planned


def test_a_p99_comes_last_and_only_of_uploads_enough(demo: Path, many: Path) -> None:
    few, enough = (_summary(folder) for folder in (demo, many))

    assert enough.columns[-3:].tolist() == ["response_p99_s", "ready_p99_s", "withheld"]
    assert few["ready_p99_s"].isna().all()
    assert (enough["planned"] >= 368).all()
    pooled = pd.concat([cohort(trial)["ready_s"] for trial in read_experiment(many).trials])
    assert enough["ready_p99_s"].iloc[0] == pooled.quantile(0.99, interpolation="inverted_cdf")


def test_a_p99_of_what_grows_without_limit_is_not_told_as_a_number(tmp_path: Path) -> None:
    overloaded = write_experiment(tmp_path / "overloaded", repeated([Made(workers=1)], 4))

    cells = with_marks(_summary(overloaded))

    assert as_table(cells, ["response_p99_s", "ready_p99_s"]).rows == [["0.013", GROWS]]


def test_a_p99_below_the_p95_is_caught(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.summary.cells.p99", lambda samples: samples.quantile(0.5))

    with pytest.raises(AnalysisError, match="p95 above its p99"):
        _summary(many)


def test_p95_and_p99_under_each_other_s_name_are_caught(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _summary(many)["ready_p99_s"].notna().all()

    monkeypatch.setattr("analysis.summary.cells.p95", p99)
    monkeypatch.setattr("analysis.summary.cells.p99", p95)
    with pytest.raises(AnalysisError, match="a p95 above its p99"):
        _summary(many)


def test_every_combination_of_conditions_has_a_row_of_its_own_with_the_usual_level_first(tmp_path: Path) -> None:
    experiment = read_experiment(write_experiment(tmp_path / "two", both_brokers(both_modes((4,)), slower=1.3)))
    summary = summarise(experiment.trials, verdicts_on(experiment.trials))

    assert summary[["broker", "mode", "trials"]].to_numpy().tolist() == [
        ["redis", "sync", 1],
        ["redis", "queue", 1],
        ["rabbitmq", "sync", 1],
        ["rabbitmq", "queue", 1],
    ]
    assert summary.columns[3:11].tolist() == ["offered_rate", *FACTORS]


def test_a_thread_of_a_sync_worker_is_a_place_of_work(tmp_path: Path) -> None:
    made = both_modes((4,), web_threads=2)
    experiment = read_experiment(write_experiment(tmp_path / "threads", made))
    cells = summarise(experiment.trials, verdicts_on(experiment.trials))

    of = cells.set_index("mode")["utilisation"]
    assert of["sync"] == pytest.approx(of["queue"] / 2, rel=0.01)


def test_a_builder_gives_the_same_trial_for_the_same_seed(tmp_path: Path) -> None:
    one, other = (write_experiment(tmp_path / name, [Made()]) for name in ("one", "other"))

    assert (one / "queue-w4-r1" / "requests.csv").read_text() == (other / "queue-w4-r1" / "requests.csv").read_text()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cell with four trials, of some 450 uploads together."""
    return write_experiment(tmp_path_factory.mktemp("results") / "many", repeated([Made()], 4))


def _summary(folder: Path) -> pd.DataFrame:
    trials = read_experiment(folder).trials
    return summarise(trials, verdicts_on(trials))


@pytest.fixture
def repeats(tmp_path: Path) -> Path:
    """Mode queue twice with 1 worker, who cannot keep up, and once with 8; the books of two are broken."""
    folder = write_experiment(tmp_path / "repeats", [*repeated([Made(workers=1)], 2), Made(workers=8)])
    for name in ("queue-w1-r2", "queue-w8-r1"):
        break_books(folder / name)
    return folder


def test_what_people_read_is_made_of_believed_trials_alone(repeats: Path) -> None:
    """As if the broken repeat had never been measured, but that it is counted."""
    trials = read_experiment(repeats).trials
    verdicts = verdicts_on(trials)
    alone = summarise([trial for trial in trials if trial.name == "queue-w1-r1"], verdicts).iloc[0].drop("withheld")

    shown = believed(summarise(trials, verdicts)).iloc[0]

    assert shown["verdict"] == "OVERLOADED"
    assert (shown["trials"], shown["withheld"]) == (1, 1)
    assert (shown[alone.index] == alone).sum() == alone.notna().sum()


def test_a_cell_whose_trials_are_all_invalid_has_a_verdict_and_no_numbers(repeats: Path) -> None:
    trials = read_experiment(repeats).trials

    cell = believed(summarise(trials, verdicts_on(trials))).iloc[1]

    known = cell.dropna().drop(["mode", "workers", "workload", "offered_rate", *FACTORS, *LATER_FACTORS]).to_dict()
    assert known == {"verdict": "INVALID_ACCOUNTS", "trials": 0, "withheld": 1, "unanswered_grows": False}


def test_the_file_keeps_the_numbers_of_a_cell_that_has_only_invalid_trials(repeats: Path) -> None:
    trials = read_experiment(repeats).trials

    cells = summarise(trials, verdicts_on(trials))

    assert cells["trials"].tolist() == [1, 1]
    assert cells["withheld"].tolist() == [1, 1]
    assert cells["verdict"].tolist() == ["OVERLOADED", "INVALID_ACCOUNTS"]
    assert cells["throughput"].notna().all()


def test_the_unanswered_of_a_queue_do_not_grow_with_its_backlog(demo: Path) -> None:
    experiment = read_experiment(demo)
    cells = summarise(experiment.trials, verdicts_on(experiment.trials))

    one = cells[cells["workers"] == 1].set_index("mode")
    assert one["unanswered_growth"].tolist() == [
        pytest.approx(one.loc["sync", "backlog_growth"]),
        pytest.approx(0, abs=0.1),
    ]
    assert one["unanswered_grows"].tolist() == [True, False]
