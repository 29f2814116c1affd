import hashlib
import json

import pytest

from loadtests.errors import PlanError, QueuelabError
from loadtests.planning.reader import read_plan
from loadtests.recording.result_folder import read_head, read_predictions, seal
from tests.small_experiment import write_plan

LINE = '{"schema": 1, "throughput": {"1": 3.5}}'


@pytest.fixture
def experiment(tmp_path):
    return read_plan(write_plan(tmp_path))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "experiment.json").write_text('{"schema": 1, "name": "small"}')
    return folder


def measured(folder):
    (folder / "queue-w1-r1").mkdir()
    (folder / "queue-w1-r1" / "trial.json").write_text("{}")


def test_a_file_and_the_line_of_it_are_the_same_prediction(tmp_path, experiment):
    path = tmp_path / "predictions.json"
    path.write_text(LINE)

    assert read_predictions(str(path), experiment) == read_predictions(LINE, experiment) == LINE.encode()


def test_a_prediction_may_begin_with_a_byte_order_mark(tmp_path, experiment):
    path = tmp_path / "predictions.json"
    path.write_text(LINE, encoding="utf-8-sig")

    assert read_predictions(str(path), experiment) == LINE.encode("utf-8-sig")


def test_a_prediction_about_workers_that_are_not_planned_is_refused(experiment):
    with pytest.raises(PlanError, match="about 8 workers, and the plan has 1"):
        read_predictions('{"schema": 1, "ready_s": {"8": 1}}', experiment)


def test_rubbish_and_a_missing_file_are_refused(tmp_path, experiment):
    with pytest.raises(PlanError, match="This is not a prediction: it predicts nothing"):
        read_predictions('{"schema": 1}', experiment)
    with pytest.raises(PlanError, match=r"cannot be read \(No such file"):
        read_predictions(str(tmp_path / "none.json"), experiment)


def test_what_is_sealed_is_there_with_its_hash_and_its_time(folder):
    seal(folder, LINE.encode())

    head = read_head(folder)
    assert (folder / "predictions.json").read_text() == LINE
    assert head["predictions"]["sha256"] == hashlib.sha256(LINE.encode()).hexdigest()
    assert head["predictions"]["sealed_at"].startswith("20")
    assert head["name"] == "small"


def test_the_same_prediction_may_be_given_again_when_an_experiment_goes_on(folder):
    seal(folder, LINE.encode())
    before = (folder / "experiment.json").read_text()
    measured(folder)

    seal(folder, LINE.encode())

    assert (folder / "experiment.json").read_text() == before


def test_after_the_first_trial_nothing_can_be_predicted(folder):
    measured(folder)

    with pytest.raises(QueuelabError, match="already holds a trial, so it is too late for predictions"):
        seal(folder, LINE.encode())

    assert not (folder / "predictions.json").exists()
    assert "predictions" not in json.loads((folder / "experiment.json").read_text())


def test_a_sealed_prediction_is_not_replaced_by_another(folder):
    seal(folder, LINE.encode())

    with pytest.raises(QueuelabError, match="Another prediction was sealed"):
        seal(folder, LINE.replace("3.5", "4").encode())

    assert (folder / "predictions.json").read_text() == LINE
