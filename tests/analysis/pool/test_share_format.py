"""What a laptop sends to the class, and what of it is taken."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from altered import EXAMPLE, copied, losing, with_machine, with_trials
from laptops import laptop
from synthetic_experiment import Made, both_modes, write_experiment

from analysis.__main__ import main
from analysis.errors import AnalysisError
from analysis.pool.reader import share_of
from analysis.pool.share_format import as_line, from_line


def test_a_shared_result_is_small_and_holds_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(tmp_path / "annas-laptop")

    assert main(["share", str(folder)]) == 0

    line = capsys.readouterr().out
    assert (folder / "share.json").read_text() == line
    assert len(line.encode()) < 700
    assert len(line.splitlines()) == 1
    said = json.loads(line)
    assert {
        key: said[key] for key in ("cores", "machine", "system", "workload", "offered_rate", "measured_s", "conditions")
    } == {
        **{"cores": 2, "machine": "AMD EPYC", "system": "Linux x86_64"},
        **{"workload": "io", "offered_rate": 12.0, "measured_s": 12.0, "conditions": ""},
    }
    summary = pd.read_csv(EXAMPLE / "summary.csv").set_index(["mode", "workers"])
    eight, one = summary.loc[("queue", 8)], summary.loc[("queue", 1)]
    figures = [eight["throughput"], eight["throughput"] / one["throughput"], eight["ready_p95_s"]]
    (shared,) = [cell for cell in said["cells"] if cell[:2] == ["queue", 8]]
    assert shared[2:5] == pytest.approx(figures, rel=1e-3) and shared[5:] == [eight["verdict"], 0.0]
    assert "anna" not in line


def test_an_invalid_trial_is_not_sent(tmp_path: Path) -> None:
    folder = losing(copied(tmp_path / "demo"), "queue-w4-r1", 20)

    assert ("queue", 4) not in {(cell.mode, cell.workers) for cell in share_of(folder).cells}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": 1}, "which has schema 2 and not 1: share it again with this version"),
        ({"schema": 3}, "which has schema 2 and not 3: update Queuelab here"),
        ({"schema": "new"}, "is not what this version of `python -m analysis share` writes$"),
        ({"cores": math.inf}, "contains an unusable value"),
        ({"cores": 10**400, "offered_rate": 10**400}, "contains an unusable value"),
        ({"measured_s": math.nan}, "were offered for nan s"),
        ({"cores": 0}, "says that the machine has 0 cores"),
        ({"cores": "many"}, "contains an unusable value"),
        ({"cells": []}, "contains no cell"),
        ({"cells": [["queue", 1, 2.0]]}, "contains an unusable value"),
        ({"cells": [["queue", 1, -2.0, None, None, "VALID", 0.0]]}, "finished -2.0 pictures/s"),
        ({"cells": [["queue", 10**30, 2.0, None, None, "VALID", 0.0]]}, "contains an impossible cell"),
        ({"cells": [["queue", 1, 1e-300, None, None, "VALID", 0.0]]}, "finished 1e-300 pictures/s"),
        ({"cells": [["wish", 1, 2.0, None, None, "VALID", 0.0]]}, "contains an impossible cell"),
        ({"cells": [["queue", 1, 2.0, 1.0, None, "OVERLOADED", 0.0]] * 2}, "contains the same cell twice"),
        (
            {"cells": [["queue", 1, 2.0, 1.0, None, "OVERLOADED", 0.0], ["queue", 4, 4.0, 9.0, None, "VALID", 0.0]]},
            "that does not follow from its throughputs",
        ),
    ],
)
def test_a_file_that_somebody_has_changed_is_refused(change: dict[str, object], words: str) -> None:
    content = json.loads(as_line(laptop(2, 2.0))) | change

    with pytest.raises(AnalysisError, match=words):
        from_line(json.dumps(content))


def test_without_its_cores_an_experiment_has_nothing_to_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = with_machine(copied(tmp_path / "demo"), cores=0)

    assert main(["share", str(folder)]) == 1

    assert "how many cores" in capsys.readouterr().err
    assert not (folder / "share.json").exists()


def test_what_was_broken_on_purpose_is_not_shared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = {"kind": "fault", "what": "worker-kill", "expected": {"loses": False, "recovery_s": 60.0}}
    events = [done | {"began_at": 0.0, "ended_at": 0.1}]
    folder = with_trials(copied(tmp_path / "demo"), lambda trial: trial.update(events=events), "sync-w8-r1")

    assert main(["share", str(folder)]) == 1

    assert "worker-kill was injected into its stack" in capsys.readouterr().err


def test_only_cells_under_the_same_conditions_are_shared_and_the_record_says_which(tmp_path: Path) -> None:
    made = [*both_modes((1,)), *both_modes((1, 2), broker="rabbitmq", web_threads=4, service_s=0.35)]

    said = share_of(write_experiment(tmp_path / "demo", made))

    assert said.conditions == "rabbitmq, 4 web threads"
    assert {(cell.mode, cell.workers) for cell in said.cells} == {(m, n) for m in ("sync", "queue") for n in (1, 2)}
    slow = next(cell for cell in said.cells if (cell.mode, cell.workers) == ("queue", 1))
    assert slow.throughput < 1 / 0.3
    assert from_line(as_line(said)) == said


def test_what_failed_is_shared(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "demo", [Made(workers=1), Made(workers=8, fails_every=4)])

    assert share_of(folder).cells[1].failed == pytest.approx(0.25, abs=0.05)


def test_what_is_sent_is_what_arrives() -> None:
    assert from_line(as_line(laptop(2, 1.9))) == laptop(2, 1.9)
