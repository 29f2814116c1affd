"""The folder of an experiment."""

import json

import pytest

from loadtests import results
from loadtests.errors import TrialError

ASKED = {"workload": "io", "pictures_sha256": "these", "code_sha256": "this"}


def measured_by_hand(folder, **earlier):
    finished(folder, "queue-w2-r1")
    record = {"cell": {"workload": "io"}, "pictures_sha256": "these", "code_sha256": "this"} | earlier
    (folder / "queue-w2-r1" / "trial.json").write_text(json.dumps(record))


def finished(folder, name):
    (folder / name).mkdir(parents=True)
    (folder / name / "trial.json").write_text("{}")


def test_a_trial_that_was_interrupted_does_not_count(tmp_path):
    finished(tmp_path, "queue-w2-r1")
    finished(tmp_path, "queue-w4-r1.partial")
    (tmp_path / "queue-w8-r1").mkdir()

    assert results.finished_trials(tmp_path) == {"queue-w2-r1"}


def test_the_next_trial_by_hand_is_the_next_repeat_of_its_cell(tmp_path):
    for name in ("queue-w2-r1", "queue-w2-r10", "queue-w4-r1"):
        finished(tmp_path, name)

    assert results.next_trial(tmp_path, mode="queue", workers=2) == "queue-w2-r11"
    assert results.next_trial(tmp_path, mode="sync", workers=2) == "sync-w2-r1"
    assert results.next_trial(tmp_path / "none", mode="sync", workers=2) == "sync-w2-r1"


def test_what_an_interrupted_trial_left_is_gone_when_it_is_measured_again(tmp_path):
    (results.open_trial(tmp_path, "queue-w2-r1") / "requests.csv").write_text("old")

    assert list(results.open_trial(tmp_path, "queue-w2-r1").iterdir()) == []


def test_a_trial_by_hand_does_not_get_into_a_plan_s_folder(tmp_path):
    results.write_experiment(tmp_path / "planned", name="planned", plan={"repeats": 1})
    results.write_experiment(tmp_path / "by-hand", name="by-hand", plan=None)

    with pytest.raises(TrialError, match="belongs to a plan"):
        results.refuse_mixing(tmp_path / "planned", **ASKED)
    results.refuse_mixing(tmp_path / "by-hand", **ASKED)
    results.refuse_mixing(tmp_path / "new", **ASKED)


@pytest.mark.parametrize(
    ("earlier", "words"),
    [
        ({"pictures_sha256": "others"}, "with other pictures"),
        ({"code_sha256": "older"}, "another version of Queuelab"),
    ],
)
def test_trials_by_hand_that_cannot_be_compared_do_not_share_a_folder(tmp_path, earlier, words):
    """They would be pooled as repeats of one cell."""
    measured_by_hand(tmp_path, **earlier)

    with pytest.raises(TrialError, match=words):
        results.refuse_mixing(tmp_path, **ASKED)


def test_trials_by_hand_of_the_same_load_and_of_another_workload_share_a_folder(tmp_path):
    measured_by_hand(tmp_path)
    results.refuse_mixing(tmp_path, **ASKED)
    results.refuse_mixing(tmp_path, **(ASKED | {"workload": "cpu", "pictures_sha256": "others"}))


def test_a_damaged_head_is_one_sentence(tmp_path):
    (tmp_path / "experiment.json").write_text("{")

    with pytest.raises(TrialError, match="cannot be read"):
        results.read_head(tmp_path)


def test_an_experiment_says_under_which_circumstances_it_was_measured(tmp_path):
    results.write_experiment(tmp_path / "new", name="new", plan=None)
    head = json.loads((tmp_path / "new" / "experiment.json").read_text())

    assert head["machine"]["cores"] >= 1
    assert head["versions"].keys() >= {"celery", "django", "locust", "pillow"}
    assert len(head["code_sha256"]) == 64


def test_a_folder_that_takes_no_trial_is_refused_before_the_test(tmp_path):
    (tmp_path / "file").write_text("no folder")

    results.refuse_unwritable(tmp_path / "new" / "one")
    with pytest.raises(TrialError, match="No trial can be kept in"):
        results.refuse_unwritable(tmp_path / "file" / "below")
