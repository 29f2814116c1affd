"""What was copied into an experiment, or renamed in it, is refused in one sentence; what belongs there is read."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from altered import copied, with_experiment, with_trials
from synthetic_experiment import Made, write_experiment

from analysis.__main__ import main
from analysis.data.reader import read_experiment

MACHINE = {"cpu": "Some CPU", "cores": 2, "os": "Linux 6.1", "python": "3.11.2"}
#: What each trial and its experiment have in common.
COMMON: dict[str, Any] = {"code_sha256": "this", "versions": {"django": "5.2"}, "machine": MACHINE}
TWO = [Made(workers=2), Made(workers=4)]


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """An experiment of two trials that tell all of their circumstances."""
    folder = write_experiment(tmp_path / "planned", TWO)
    with_trials(folder, lambda trial: trial.update(COMMON, fingerprint="f" * 64, pictures_sha256="these"))
    return with_experiment(folder, lambda info: info.update(COMMON, pictures_sha256={"io": "these"}))


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    folder = write_experiment(tmp_path / "by-hand", TWO, by_hand=True)
    with_trials(folder, lambda trial: trial.update(COMMON, fingerprint=None, pictures_sha256="these"))
    return with_experiment(folder, lambda info: info.pop("fingerprint"))


def copy(folder: Path, name: str = "queue-w4-r1 copy", of: str = "queue-w4-r1") -> None:
    shutil.copytree(folder / of, folder / name)


def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence with which the analysis refuses a folder."""
    assert main([str(folder), "--no-charts"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("analysis: ")
    assert told.count("\n") == 1
    return told.replace(f"{folder}/", "").replace(str(folder), "FOLDER")


@pytest.mark.parametrize("name", ["queue-w4-r1 copy", "queue-w4-r1 (1)", "queue-w4-r2", "old"])
def test_a_copied_trial_is_refused(planned: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    copy(planned, name)

    assert f"{name}/trial.json is the record of queue-w4-r1: remove the copy, or rename" in refused(planned, capsys)


def test_a_copy_whose_record_was_renamed_is_refused(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(planned, "queue-w4-r2")
    with_trials(planned, lambda trial: trial.update(name="queue-w4-r2"), "queue-w4-r2")
    assert "queue-w4-r2/trial.json says that it is repeat 1, but its name does not" in refused(planned, capsys)

    (planned / "queue-w4-r2").rename(planned / "queue-w4-redis-r1")
    with_trials(planned, lambda trial: trial.update(name="queue-w4-redis-r1"), "queue-w4-redis-r1")
    assert "queue-w4-redis-r1/trial.json is the same repeat of the same cell as queue-w4-r1" in refused(planned, capsys)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code_sha256": "other"}, "with other code"),
        ({"versions": {"django": "5.1"}}, "with other versions"),
        ({"pictures_sha256": "others"}, "with other pictures"),
        ({"machine": MACHINE | {"python": "3.12.1"}}, "on another machine"),
        ({"fingerprint": "e" * 64}, "by another plan"),
        ({"fingerprint": None}, "by another plan"),
    ],
)
def test_a_trial_of_another_experiment_is_refused(
    planned: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], words: str
) -> None:
    with_trials(planned, lambda trial: trial.update(change), "queue-w2-r1")

    told = refused(planned, capsys)
    assert f"queue-w2-r1/trial.json was measured {words} than experiment.json says: move the trial out of" in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code_sha256": "other"}, "with other code than queue-w2-r1"),
        ({"pictures_sha256": "others"}, "with other pictures as workload io than queue-w2-r1"),
        ({"machine": MACHINE | {"cores": 8}}, "on another machine than queue-w2-r1"),
        ({"fingerprint": "f" * 64}, "for a plan, not by hand"),
    ],
)
def test_a_trial_that_is_no_neighbour_of_those_by_hand_is_refused(
    by_hand: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], words: str
) -> None:
    with_trials(by_hand, lambda trial: trial.update(change), "queue-w4-r1")

    assert f"queue-w4-r1/trial.json was measured {words}: move" in refused(by_hand, capsys)


@pytest.mark.parametrize("file", ["experiment.json", "queue-w2-r1/trial.json"])
def test_a_newer_schema_is_refused(planned: Path, capsys: pytest.CaptureFixture[str], file: str) -> None:
    content = json.loads((planned / file).read_text())
    (planned / file).write_text(json.dumps(content | {"schema": 3}))

    assert f"{file} has schema 3, and this version of Queuelab reads 2 and older: update" in refused(planned, capsys)


def noisy_and_again(folder: Path) -> None:
    copy(folder, "queue-w4-r1-again")
    with_trials(folder, lambda trial: trial.update(name="queue-w4-r1-again"), "queue-w4-r1-again")


def a_control(folder: Path) -> None:
    copy(folder, "queue-w4-control-r1")
    with_trials(folder, lambda trial: trial.update(name="queue-w4-control-r1", control=True), "*control*")


def an_interrupted_copy(folder: Path) -> None:
    copy(folder, "queue-w8-r1.partial")


def of_an_older_version(folder: Path) -> None:
    def forget(trial: dict[str, Any]) -> None:
        for name in ("schema", "fingerprint", "versions", "machine", "code_sha256", "pictures_sha256"):
            del trial[name]

    with_trials(folder, forget, "queue-w2-r1")


@pytest.mark.parametrize("change", [noisy_and_again, a_control, an_interrupted_copy, of_an_older_version])
def test_what_belongs_there_is_read(planned: Path, change: Callable[[Path], None]) -> None:
    change(planned)

    assert len(read_experiment(planned).trials) == 2


def test_by_hand_stacks_and_versions_may_differ_and_a_container_knows_no_machine(by_hand: Path) -> None:
    copy(by_hand, "queue-w4-r2")
    elsewhere = {"name": "queue-w4-r2", "repeat": 2, "machine": None, "versions": {"django": "5.1"}}
    with_trials(by_hand, lambda trial: trial.update(elsewhere), "queue-w4-r2")
    with_trials(by_hand, lambda trial: trial["cell"].update(broker="rabbitmq"), "queue-w4-r2")

    assert len(read_experiment(by_hand).trials) == 3


def test_an_experiment_that_was_set_aside_or_copied_as_a_whole_is_read(tmp_path: Path) -> None:
    assert len(read_experiment(copied(tmp_path / "example-until-20261126")).trials) == 8


def test_each_command_refuses_a_copied_trial(planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(planned)
    sound = str(copied(tmp_path / "sound"))

    for words in (["compare", sound, str(planned)], ["lesson", str(planned)], ["share", str(planned)]):
        assert main(words) == 1
        assert "queue-w4-r1 copy/trial.json is the record of queue-w4-r1" in capsys.readouterr().err
    assert main(["pool", sound, str(planned)]) == 0
    assert "queue-w4-r1 copy/trial.json is the record of queue-w4-r1" in capsys.readouterr().err
