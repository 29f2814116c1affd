"""Faults on a real stack under load: what profile safe keeps, and what Celery as it comes loses, by one ledger."""

import json
import re

import pandas as pd
import pytest

from loadtests.recording.analysis_bridge import ledger_of
from tests.loadtests.planning.test_plan_reader import PLANS
from tests.real_stack import components_in, run

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

#: All workers at once, and the queue itself.
SAFE = ("node-killed", "broker-killed")


def ledgers(folder):
    paths = list(folder.glob("*/trial.json"))
    records = [json.loads(path.read_text()) | {"ledger": ledger_of(path.parent)} for path in paths]
    return {record["cell"]["fault"]: record for record in records}


@pytest.fixture(scope="module")
def safe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults") / "safe"
    done = run("loadtests", "faults", "--only", *SAFE, "--results", folder, timeout_s=280)
    return done, folder


def test_under_every_fault_the_promise_is_kept_and_everything_is_over_in_time(safe):
    done, folder = safe

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"After all {len(SAFE)} faults, nothing was lost and all work finished in time." in done.stdout
    for record in ledgers(folder).values():
        ledger = record["ledger"]
        assert ledger["valid"] and ledger["accepted"] == ledger["completed"] + ledger["failed_visibly"]
    assert components_in(folder) == []


def test_the_record_says_what_was_done_and_what_was_started_again(safe):
    events = {name: [event["what"] for event in record["events"]] for name, record in ledgers(safe[1]).items()}

    assert events["node-killed"] == ["node-killed", "worker"]
    assert events["broker-killed"] == ["broker-killed", "broker"]


def test_the_report_shows_the_ledger_and_the_faults(safe):
    _, folder = safe

    assert run("analysis", folder).returncode == 0
    page = (folder / "report.html").read_text()
    assert (
        ">Ledger</h2>" in page and "<td>node-killed</td>" in page and "restarted after it had died: worker at" in page
    )


def test_celery_as_it_comes_loses_what_it_had_promised(tmp_path):
    done = run("loadtests", "faults", "--profile", "defaults", "--only", "node-killed", "--results", tmp_path / "f")

    assert done.returncode == 0, done.stdout + done.stderr
    ledger = ledgers(tmp_path / "f")["node-killed"]["ledger"]
    assert not ledger["valid"] and ledger["lost"] > 0
    assert "After node-killed, accepted pictures were lost." in done.stdout


@pytest.fixture(scope="module")
def soaked(tmp_path_factory):
    """The soak's plan with four turns, as short as its faults allow."""
    folder = tmp_path_factory.mktemp("soak")
    text = (PLANS / "soak.toml").read_text()
    plan = folder / "plan.toml"
    plan.write_text(re.sub("measure_s = .*", "measure_s = 112", re.sub("every_s = .*", "every_s = 28", text)))
    done = run("loadtests", "run", plan, "--results", folder / "soak", timeout_s=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "soak"


def test_a_short_soak_loses_nothing_and_leaves_no_file_of_no_picture(soaked):
    (record,) = ledgers(soaked).values()

    assert record["ledger"]["valid"] and record["ledger"]["pending"] == 0
    assert sum(event["kind"] == "fault" for event in record["events"]) == 4
    assert record["files"]["of_none"] == 0 and record["files"]["of_pictures"] > 4 * record["ledger"]["completed"]


def test_a_short_soak_counts_the_memory_of_every_part(soaked):
    memory = pd.read_csv(next(soaked.glob("*/memory.csv")))

    assert set(memory["component"]) == {"broker", "proxy", "external", "worker", "sweeper", "web", "control", "load"}
    assert (memory["rss_bytes"] > 1e6).all() and memory["sampled_at"].nunique() > 10
    assert run("analysis", soaked).returncode == 0
    page = (soaked / "report.html").read_text()
    assert ">Memory</h2>" in page and page.count("<td>nothing lost, within") == 4
