"""Other load generators that misbehave, asked about a real server that stalls."""

import json
import os

import pytest

from loadtests.calibration import machine_checks as listening
from loadtests.calibration import other_tools, runner
from loadtests.calibration.cases import cases
from loadtests.errors import TrialError

pytestmark = pytest.mark.stack

SAYS = "echo '  50% in 0.0033 secs\n  99% in 0.0065 secs'"


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Put a program of that name on the PATH."""
    monkeypatch.setattr(other_tools, "WAYS", ())
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    def put(name, script):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return put


def test_a_tool_that_misbehaves_has_told_nothing_and_the_others_are_heard(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(other_tools, "LENGTH_S", 1)
    monkeypatch.setattr(other_tools, "ALLOWANCE_S", 0.0)
    tool("hey", SAYS)
    tool("autocannon", "echo 'no JSON'")
    tool("wrk2", "exec sleep 30")

    told = {row["what"]: row["measured"] for row in other_tools.compared(tmp_path)}
    nothing = [what for what, measured in told.items() if measured is None]
    assert told["reported by hey, 10 connections, one stall, p99"] == 0.0065
    assert [what.split(",")[0] for what in nothing] == ["reported by autocannon", "reported by wrk2"]
    assert "one stall: nothing. wrk2 did not finish within 1 s." in nothing[1]


def test_a_tool_that_ends_badly_has_its_last_words_kept(tool, tmp_path, monkeypatch):
    tool("hey", "echo 'no such\nhost' >&2; exit 3")
    monkeypatch.setattr(other_tools, "TOOLS", [one for one in other_tools.TOOLS if one.name == "hey"])

    (row,) = other_tools.compared(tmp_path)
    assert row["what"].endswith("one stall: nothing. hey reported no percentiles: no such host")
    assert runner.describe(row).endswith("no such host")


def test_where_the_cases_are_is_not_told(tool, tmp_path, monkeypatch):
    def lost(_tool, folder):
        raise TrialError(f"Nothing was sent; see {folder.resolve()}/hey/logs")

    tool("hey", SAYS)
    monkeypatch.setattr(other_tools, "TOOLS", [one for one in other_tools.TOOLS if one.name == "hey"])
    monkeypatch.setattr(other_tools, "reported", lost)

    (row,) = other_tools.compared(tmp_path)
    assert row["what"].endswith("Nothing was sent; see hey/logs")


def test_the_calibration_is_kept_before_other_tools_are_asked(tmp_path, monkeypatch):
    stored = tmp_path / "calibration.json"

    def stopped(_folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "cases", lambda _quick: cases(quick=True)[:1])
    monkeypatch.setattr(runner, "RATES", (20,))
    monkeypatch.setattr(runner, "compared", stopped)
    monkeypatch.setattr(listening, "NAPS_FOR_S", 0.2)
    monkeypatch.setattr(listening, "TIMER_FOR_S", 1)

    with pytest.raises(KeyboardInterrupt):
        runner.calibrate(tmp_path / "cases", quick=True, compare=True, stored=stored)

    checks = {check["what"]: check for check in json.loads(stored.read_text())["checks"]}
    assert checks["highest rate that one process sustained"]["measured"] == 20
    assert checks["highest rate that one process sustained"]["at_least"]
    assert checks["clock difference of a child process"]["measured"] == 0
    assert 0 <= checks["lag while idle, p50"]["measured"] < 0.1
    assert checks["largest difference between a due time and the plan"]["passed"]
