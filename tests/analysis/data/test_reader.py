import json
from pathlib import Path

import pandas as pd
import pytest
from synthetic_experiment import Made, write_experiment, write_trial

from analysis.data.model import Cell
from analysis.data.reader import read_experiment, read_trial
from analysis.errors import AnalysisError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_experiment(tmp_path / "hand", [Made(workers=2), Made(workers=4)], by_hand=True)


def test_every_finished_trial_is_read(folder: Path) -> None:
    experiment = read_experiment(folder)

    assert [trial.name for trial in experiment.trials] == ["queue-w2-r1", "queue-w4-r1"]
    assert experiment.cores == 2


def test_a_partial_folder_is_not_a_trial_but_is_named(folder: Path) -> None:
    (folder / "queue-w4-r1").rename(folder / "queue-w4-r1.partial")

    experiment = read_experiment(folder)

    assert [trial.name for trial in experiment.trials] == ["queue-w2-r1"]
    assert experiment.unfinished == ("queue-w4-r1.partial",)


def test_a_trial_that_did_not_finish_is_named_and_not_counted(folder: Path) -> None:
    _change_json(folder / "queue-w4-r1" / "trial.json", outcome="interrupted")

    assert read_experiment(folder).unfinished == ("queue-w4-r1",)


def test_a_folder_without_a_finished_trial_says_so(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "none", [])

    with pytest.raises(AnalysisError, match="no finished trial"):
        read_experiment(folder)


@pytest.mark.parametrize(
    ("file", "column"), [("requests.csv", "due_at"), ("pictures.csv", "executions"), ("backlog.csv", "waiting")]
)
def test_a_missing_column_is_named_with_its_file(folder: Path, file: str, column: str) -> None:
    path = folder / "queue-w2-r1" / file
    pd.read_csv(path).drop(columns=column).to_csv(path, index=False)

    with pytest.raises(AnalysisError, match=rf"{file} lacks the column {column}"):
        read_experiment(folder)


def test_files_that_an_editor_has_given_a_byte_order_mark_are_read(folder: Path) -> None:
    for path in [folder / "experiment.json", *(folder / "queue-w2-r1").iterdir()]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert len(read_experiment(folder).trials) == 2


def test_an_older_trial_had_the_usual_conditions(folder: Path) -> None:
    trial = read_trial(folder / "queue-w4-r1")

    assert trial.cell == Cell(mode="queue", workers=4, workload="io", offered_rate=10.0)
    assert (trial.cell.stack, trial.cell.broker, trial.cell.queue_type) == ("local", "redis", "classic")
    assert (trial.cell.database, trial.cell.web_threads, trial.cell.prefetch) == ("sqlite", 1, 1)
    assert trial.cell.broker_delay_s == 0.0


def test_the_conditions_of_a_trial_are_read(folder: Path) -> None:
    path = folder / "queue-w4-r1" / "trial.json"
    conditions = {"stack": "compose", "broker": "rabbitmq", "queue_type": "quorum", "database": "postgres"}
    counts = {"web_threads": 4, "prefetch": 16, "broker_delay_s": 0.005}
    cell = json.loads(path.read_text())["cell"] | conditions | counts
    _change_json(path, cell=cell)

    trial = read_trial(path.parent)

    assert trial.cell == Cell(mode="queue", workers=4, workload="io", offered_rate=10.0, **conditions, **counts)


def test_older_samples_do_not_say_what_the_database_held(folder: Path) -> None:
    path = folder / "queue-w4-r1" / "backlog.csv"
    before = read_trial(path.parent).backlog
    pd.read_csv(path).drop(columns="in_database").to_csv(path, index=False)

    assert before["in_database"].notna().all()
    assert "in_database" not in read_trial(path.parent).backlog


def test_unknown_columns_and_keys_are_ignored(folder: Path) -> None:
    path = folder / "queue-w2-r1" / "requests.csv"
    pd.read_csv(path).assign(more=1).to_csv(path, index=False)
    _change_json(folder / "queue-w2-r1" / "trial.json", more={"than": "known"})

    assert len(read_experiment(folder).trials) == 2


def test_text_where_a_number_belongs_is_named_with_its_column(folder: Path) -> None:
    path = folder / "queue-w2-r1" / "requests.csv"
    path.write_text(path.read_text().replace(",202,", ",many,", 1))

    with pytest.raises(AnalysisError, match=r"requests\.csv, column status"):
        read_experiment(folder)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_broken_trial_file_is_one_clear_error(folder: Path, content: str) -> None:
    (folder / "queue-w2-r1" / "trial.json").write_text(content)

    with pytest.raises(AnalysisError, match=r"trial\.json"):
        read_experiment(folder)


def test_a_missing_table_is_one_clear_error(folder: Path) -> None:
    (folder / "queue-w2-r1" / "pictures.csv").unlink()

    with pytest.raises(AnalysisError, match=r"pictures\.csv cannot be read"):
        read_experiment(folder)


def test_an_empty_table_is_one_clear_error(folder: Path) -> None:
    (folder / "queue-w2-r1" / "pictures.csv").write_text("")

    with pytest.raises(AnalysisError, match=r"pictures\.csv is not a table"):
        read_experiment(folder)


def test_an_unknown_mode_is_refused(folder: Path) -> None:
    cell = {"mode": "async", "workers": 1, "workload": "io", "offered_rate": 1.0}
    _change_json(folder / "queue-w2-r1" / "trial.json", cell=cell)

    with pytest.raises(AnalysisError, match="async"):
        read_experiment(folder)


def test_a_trial_may_still_lie_in_its_partial_folder(tmp_path: Path) -> None:
    """The harness has it judged before the folder gets its final name."""
    folder = write_trial(tmp_path / "queue-w4-r1.partial", Made())

    assert read_trial(folder).name == "queue-w4-r1"


def _change_json(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
