"""A trial in which something was broken on purpose is told by what that did, not as an error of the harness."""

import json
from pathlib import Path

import pandas as pd
import pytest
from synthetic_experiment import START, Made, write_experiment

from analysis import api
from analysis.cli import report

FAULT = {"kind": "fault", "what": "node-killed", "began_at": START + 5.0, "ended_at": START + 6.0}
CANNOT = "Do not trust any number of this trial"


@pytest.fixture
def broken_on_purpose(tmp_path: Path) -> Path:
    """An experiment of one trial that has lost three pictures when a worker was killed."""
    made = Made(workers=4)
    folder = write_experiment(tmp_path / "faults", [made])
    path, pictures = folder / made.name / "trial.json", folder / made.name / "pictures.csv"
    record = json.loads(path.read_text())
    record["events"] = [FAULT | {"expected": {"loses": True, "recovery_s": None, "words": "what is in hand"}}]
    record["broker_remaining"] = {"waiting": 0, "unacked": 0}
    path.write_text(json.dumps(record))
    rows = pd.read_csv(pictures)
    rows.loc[22:24, ["state", "finished_at"]] = ["processing", None]
    rows.to_csv(pictures, index=False)
    return folder


def test_what_a_fault_on_purpose_has_lost_is_told_as_its_answer(broken_on_purpose: Path) -> None:
    verdict = api.judge(broken_on_purpose / "queue-w4-r1")

    assert verdict.words[:2] == (
        "3 accepted pictures are lost, 0 of them stuck at the broker.",
        "A fault was injected here: the ledger shows what it did, and rates and times are left out.",
    )
    assert CANNOT not in " ".join(verdict.words)


def test_its_report_sends_to_the_ledger_and_shows_no_error(broken_on_purpose: Path) -> None:
    report(broken_on_purpose, charts=False, as_markdown=False)
    page = (broken_on_purpose / "report.html").read_text()

    assert "Faults were injected here. The ledger below shows what became of every upload" in page
    assert "<b>queue-w4-r1</b>: 3 accepted pictures are lost" in page
    assert "ERROR" not in page
    assert CANNOT not in page


def test_the_terminal_calls_it_no_error_either(broken_on_purpose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(broken_on_purpose, charts=False, as_markdown=False)
    told = capsys.readouterr().out

    assert "ERROR" not in told
    assert "• queue-w4-r1: 3 accepted pictures are lost" in told


def test_the_same_loss_without_a_fault_is_an_error(broken_on_purpose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_on_purpose / "queue-w4-r1" / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"events": []}))

    report(broken_on_purpose, charts=False, as_markdown=False)

    assert "ERROR queue-w4-r1: " in capsys.readouterr().out
    assert CANNOT in (broken_on_purpose / "report.html").read_text()
