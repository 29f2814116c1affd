"""The preflight with real processes."""

import csv
import fcntl
import json
import time

import pytest

from analysis.lesson.build import expected_here
from tests.real_stack import components_in, run

pytestmark = [pytest.mark.stack, pytest.mark.quiet]

LIMIT_S = 30.0


def preflight(results):
    return run("loadtests", "preflight", "--results", results / "preflight")


@pytest.fixture(scope="module")
def flown(tmp_path_factory):
    """The results, what was said, and how long it took."""
    results = tmp_path_factory.mktemp("results")
    began = time.monotonic()
    done = preflight(results)
    return results, done, time.monotonic() - began


def test_it_is_over_in_half_a_minute_and_fits_on_a_screen(flown):
    _, done, took_s = flown

    assert took_s < LIMIT_S
    assert len(done.stdout.splitlines()) <= 24
    assert done.stderr == ""


def test_broker_endpoints_and_clock_are_green_on_a_machine_that_works(flown):
    _, done, _ = flown
    said = done.stdout.splitlines()

    for what in ("Python and packages", "broker", "an upload to each endpoint", "clock"):
        assert [line for line in said if line.startswith(f"ok   {what}: ")], done.stdout


def test_its_exit_code_is_that_of_its_last_line(flown):
    _, done, _ = flown
    last = done.stdout.splitlines()[-1]

    # Other programs of this machine, and a stack that is up, may well make it red.
    assert last.startswith("Green") == (done.returncode == 0)
    assert last.startswith("RED") == (done.returncode == 1)


def test_what_was_seen_and_what_is_expected_is_kept(flown):
    results, done, _ = flown
    kept = json.loads((results / "preflight" / "preflight.json").read_text())
    with (results / "preflight" / "prediction.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(kept["checks"]) == len([line for line in done.stdout.splitlines() if line[:3] in ("ok ", "RED")]) - (
        done.returncode
    )
    assert {int(row["workers"]) for row in rows} == {1, 2, 4, 8}
    assert 2.0 < float(rows[0]["throughput"]) < 4.5, "one worker waits 250 ms for the outside world, and computes"


def test_the_teacher_s_notes_take_their_numbers_from_it(flown):
    results, _, _ = flown
    told = " ".join(expected_here(results))

    assert "Preflight of this machine, 20" in told
    assert "pictures/s with 1 worker" in told
    assert "Ready time expected from the work alone: grows without limit with 1 and 2 workers" in told


def test_it_leaves_no_process_behind(flown):
    results, _, _ = flown

    assert components_in("queuelab-preflight-") == []
    assert components_in(results) == []


def test_it_starts_nothing_beside_a_measurement(tmp_path):
    with (tmp_path / ".demo.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = preflight(tmp_path)

    assert done.returncode == 1
    assert "RED  other measurement: demo. To fix it: " in done.stdout
    assert "The stack was not started" in done.stdout
    assert not (tmp_path / "preflight" / "prediction.csv").exists()
