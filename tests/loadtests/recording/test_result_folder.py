"""The folder of an experiment."""

import json
from pathlib import Path

import pytest

from loadtests.errors import TrialError
from loadtests.planning.reader import read_plan
from loadtests.recording import result_folder
from loadtests.recording.result_folder import prepare
from tests.small_experiment import write_plan

ASKED = {"workload": "io", "pictures_sha256": "these", "code_sha256": "this"}
MACHINE = {"cpu": "Some CPU", "cores": 2}


def measured_by_hand(folder, **earlier):
    finished(folder, "queue-w2-r1")
    record = {"cell": {"workload": "io"}, "pictures_sha256": "these", "code_sha256": "this"} | earlier
    (folder / "queue-w2-r1" / "trial.json").write_text(json.dumps(record))


def finished(folder, name):
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "trial.json").write_text("{}")


def test_a_trial_that_was_interrupted_does_not_count(tmp_path):
    finished(tmp_path, "queue-w2-r1")
    finished(tmp_path, "queue-w4-r1.partial")
    (tmp_path / "queue-w8-r1").mkdir()

    assert result_folder.finished_trials(tmp_path) == {"queue-w2-r1"}


def test_the_next_trial_by_hand_is_the_next_repeat_of_its_cell(tmp_path):
    for name in ("queue-w2-r1", "queue-w2-r10", "queue-w4-r1"):
        finished(tmp_path, name)

    assert result_folder.next_trial(tmp_path, mode="queue", workers=2) == "queue-w2-r11"
    assert result_folder.next_trial(tmp_path, mode="sync", workers=2) == "sync-w2-r1"
    assert result_folder.next_trial(tmp_path / "none", mode="sync", workers=2) == "sync-w2-r1"


def test_what_an_interrupted_trial_left_is_gone_when_it_is_measured_again(tmp_path):
    (result_folder.open_trial(tmp_path, "queue-w2-r1") / "requests.csv").write_text("old")

    assert list(result_folder.open_trial(tmp_path, "queue-w2-r1").iterdir()) == []


def test_a_trial_by_hand_does_not_get_into_a_plan_s_folder(tmp_path):
    result_folder.write_experiment(tmp_path / "planned", name="planned", plan={"repeats": 1})
    result_folder.write_experiment(tmp_path / "by-hand", name="by-hand", plan=None)

    with pytest.raises(TrialError, match="belongs to a plan"):
        result_folder.refuse_mixing(tmp_path / "planned", **ASKED)
    result_folder.refuse_mixing(tmp_path / "by-hand", **ASKED)
    result_folder.refuse_mixing(tmp_path / "new", **ASKED)


@pytest.mark.parametrize(
    ("earlier", "words"),
    [
        ({"pictures_sha256": "others"}, "with other pictures"),
        ({"code_sha256": "older"}, "another version of Queuelab"),
        ({"machine": {"cpu": "Some CPU", "cores": 64}}, "trials of another machine"),
        ({"name": "queue-w4-r1"}, "queue-w2-r1 is a copy of queue-w4-r1"),
        ({"schema": 3}, "has schema 3, and this version of Queuelab reads 2 and older"),
    ],
)
def test_trials_by_hand_that_cannot_be_compared_do_not_share_a_folder(tmp_path, earlier, words):
    """They would be pooled as repeats of one cell."""
    measured_by_hand(tmp_path, **earlier)

    with pytest.raises(TrialError, match=words):
        result_folder.refuse_mixing(tmp_path, machine=MACHINE, **ASKED)


def test_trials_by_hand_of_the_same_load_and_of_another_workload_share_a_folder(tmp_path):
    measured_by_hand(tmp_path)
    result_folder.refuse_mixing(tmp_path, **ASKED)
    result_folder.refuse_mixing(tmp_path, **(ASKED | {"workload": "cpu", "pictures_sha256": "others"}))


def test_where_the_machine_is_not_known_it_is_not_asked_for(tmp_path):
    measured_by_hand(tmp_path, machine=MACHINE)
    result_folder.refuse_mixing(tmp_path, machine=None, **ASKED)

    measured_by_hand(tmp_path, machine=None)
    result_folder.refuse_mixing(tmp_path, machine=MACHINE, **ASKED)


def test_a_trial_of_code_that_was_changed_meanwhile_does_not_get_into_its_experiment(tmp_path):
    result_folder.write_experiment(tmp_path, name="planned", plan={"repeats": 1}, fingerprint="f" * 64)
    partial = result_folder.open_trial(tmp_path, "queue-w2-r1")
    result_folder.write_json(partial / "trial.json", {"code_sha256": "another"})

    with pytest.raises(TrialError, match="code was changed since the experiment began"):
        result_folder.close_trial(partial)
    assert result_folder.finished_trials(tmp_path) == set()


def test_a_plan_does_not_go_on_among_trials_that_were_copied_into_its_folder(tmp_path):
    experiment = read_plan(write_plan(tmp_path))
    prepare(experiment, tmp_path / "results", None)
    finished(tmp_path / "results", "queue-w1-r1 copy")
    record = {"name": "queue-w1-r1", "repeat": 1, "cell": {}}
    result_folder.write_json(tmp_path / "results" / "queue-w1-r1 copy" / "trial.json", record)

    with pytest.raises(TrialError, match=r"queue-w1-r1 copy/trial\.json is the record of queue-w1-r1: remove the copy"):
        prepare(experiment, tmp_path / "results", None)


def test_the_command_that_draws_can_be_pasted():
    assert result_folder.to_draw(Path("results/by-hand")) == "make charts RESULTS=results/by-hand"
    assert result_folder.to_draw(Path("results/mo day's")) == """make charts RESULTS='results/mo day'"'"'s'"""


def test_a_newer_head_is_one_sentence(tmp_path):
    (tmp_path / "experiment.json").write_text('{"schema": 3}')

    with pytest.raises(TrialError, match=r"experiment\.json has schema 3, and this version of Queuelab reads 2"):
        result_folder.read_head(tmp_path)


def test_a_damaged_head_is_one_sentence(tmp_path):
    (tmp_path / "experiment.json").write_text("{")

    with pytest.raises(TrialError, match="cannot be read"):
        result_folder.read_head(tmp_path)


def test_an_experiment_says_under_which_circumstances_it_was_measured(tmp_path):
    result_folder.write_experiment(tmp_path / "new", name="new", plan=None)
    head = json.loads((tmp_path / "new" / "experiment.json").read_text())

    assert head["machine"]["cores"] >= 1
    assert head["versions"].keys() >= {"celery", "django", "locust", "pillow"}
    assert len(head["code_sha256"]) == 64


def test_a_folder_that_takes_no_trial_is_refused_before_the_test(tmp_path):
    (tmp_path / "file").write_text("no folder")

    result_folder.refuse_unwritable(tmp_path / "new" / "one")
    with pytest.raises(TrialError, match="Trials cannot be saved in"):
        result_folder.refuse_unwritable(tmp_path / "file" / "below")
