"""The manual way: start a stack, run Locust against it, stop it; all with the commands of the README."""

import dataclasses
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pandas as pd
import psutil
import pytest

from analysis.api import judge
from loadtests.planning.configuration import Cell
from loadtests.stack.app_client import get_json
from loadtests.stack.process.ports import HOST, free_port
from loadtests.stack.stack_file import read_info
from tests.real_stack import ROOT, components_in, environment, listens, run
from tests.small_experiment import punctual

pytestmark = pytest.mark.stack

SEED = 77


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def port(home):
    """The port of a stack that was started by hand."""
    port = free_port()
    up = run("loadtests", "up", "--mode", "queue", "--workers", 2, "--port", port, "--seed", SEED, "--home", home)
    assert up.returncode == 0, up.stderr
    assert f"http://127.0.0.1:{port}, mode queue, workers 2" in up.stdout
    yield port
    down = run("loadtests", "down", "--home", home)
    assert down.returncode == 0, down.stderr
    assert not listens(port)
    assert components_in(home) == []
    assert not (home / "stack.json").exists()


@pytest.fixture(scope="module")
def locust(port, home):
    """Locust as a person runs it, against that stack."""
    options = ["--headless", "--only-summary", "--stack", home / "stack.json", "--results"]
    return lambda results, *arguments: run("locust", *options, results, *arguments)


@pytest.fixture(scope="module")
def measured(locust, tmp_path_factory):
    """The results of two tests, one after the other."""
    results = tmp_path_factory.mktemp("measured")
    for length in ("4s", "2s"):
        done = locust(results, "-u", 4, "-t", length)
        assert done.returncode == 0, done.stderr
    return results


def copied(trial, place):
    """A copy in which a busy machine has held up no upload, since the verdict is not what is tested here."""
    shutil.copytree(trial, place)
    return punctual(place)


def test_a_test_that_locust_runs_is_kept_as_a_trial_of_the_stack_that_is_up(measured, tmp_path):
    trial = json.loads((measured / "queue-w2-r1" / "trial.json").read_text())
    requests = pd.read_csv(measured / "queue-w2-r1" / "requests.csv")

    asked = {"mode": "queue", "workers": 2, "workload": "io", "offered_rate": 4.0}
    assert asked.items() <= trial["cell"].items()
    assert trial["cell"].keys() == {field.name for field in dataclasses.fields(Cell)}
    assert 4 <= len(requests) <= 40
    assert requests["status"].eq(202).all()
    assert judge(copied(measured / "queue-w2-r1", tmp_path / "queue-w2-r1")).name in ("VALID", "UNDECIDED")


def test_trials_by_hand_of_two_stacks_are_drawn_together(measured, tmp_path):
    """The second stack is stood in for by a trial under its name: what is tested is drawing without a plan."""
    shutil.copy(measured / "experiment.json", tmp_path)
    for name in ("queue-w2-r1", "queue-w4-r1"):
        copied(measured / "queue-w2-r1", tmp_path / name)
    record = json.loads((tmp_path / "queue-w4-r1" / "trial.json").read_text())
    record |= {"name": "queue-w4-r1", "cell": record["cell"] | {"workers": 4}}
    (tmp_path / "queue-w4-r1" / "trial.json").write_text(json.dumps(record))
    drawn = run("analysis", tmp_path)

    assert drawn.returncode == 0, drawn.stderr
    assert pd.read_csv(tmp_path / "summary.csv")["workers"].tolist() == [2, 4]
    assert (tmp_path / "report.html").stat().st_size > 100_000


def test_a_stack_that_is_still_busy_is_refused(tmp_path):
    """Overload a stack of one worker, and try again at once."""
    other = tmp_path / "home"
    assert run("loadtests", "up", "--workers", 1, "--port", 0, "--home", other).returncode == 0
    options = ["--headless", "--only-summary", "--stack", other / "stack.json", "--results", tmp_path / "results"]
    try:
        first = run("locust", *options, "-u", 30, "-t", "3s", "--drain-limit", 1)
        second = run("locust", *options, "-u", 1, "-t", "3s")
    finally:
        run("loadtests", "down", "--home", other)

    assert first.returncode == 0, first.stderr
    assert second.returncode == 1
    assert "processing pictures of an earlier test" in second.stderr
    assert "Traceback" not in second.stderr
    assert [path.name for path in (tmp_path / "results").glob("*-r*")] == ["queue-w1-r1"]


def test_the_next_test_is_the_next_repeat_and_its_pictures_are_others(measured):
    first, second = (pd.read_csv(measured / f"queue-w2-r{n}" / "requests.csv") for n in (1, 2))

    assert set(first["id"]).isdisjoint(second["id"])


def test_locust_s_own_table_shows_both_clocks_while_it_runs_and_adds_up_the_answers_alone(port, home, tmp_path):
    web_port = free_port()
    command = [sys.executable, "-m", "locust", "--autostart", "--autoquit", "0", "-u", "6", "-t", "20s"]
    process = subprocess.Popen(
        [*command, "--web-port", str(web_port), "--stack", str(home / "stack.json"), "--results", str(tmp_path)],
        cwd=ROOT,
        env=environment(),
        stderr=subprocess.PIPE,
    )
    try:
        rows, told = rows_of_both_clocks(web_port)
    finally:
        process.terminate()
        process.communicate(timeout=60)

    answered, ready = rows["/pictures/queue/ answered"], rows["/pictures/queue/ picture ready"]
    assert answered["median_response_time"] < 250 <= ready["median_response_time"]
    summed = ("num_requests", "median_response_time", "max_response_time", "total_rps")
    assert [rows["Aggregated"][name] for name in summed] == [answered[name] for name in summed]
    assert told["total_rps"] == answered["total_rps"]


def rows_of_both_clocks(web_port):
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        time.sleep(0.2)
        if not listens(web_port):
            continue
        told = get_json(f"http://{HOST}:{web_port}/stats/requests")
        rows = {row["name"]: row for row in told["stats"] if row["num_requests"] > 3}
        if len(rows) >= 3:
            return rows, told
    raise AssertionError("Locust never showed both rows")


def test_a_test_that_is_stopped_before_its_load_is_there_is_not_recorded(locust, tmp_path):
    cut_off = locust(tmp_path, "-u", 50, "-r", 1, "-t", "3s")

    assert cut_off.returncode == 1
    assert "the load had not reached 50 users" in cut_off.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_planned_trial_is_sent_by_one_process(locust, tmp_path):
    master = ("--master", "--master-bind-port", free_port())
    refused = locust(tmp_path, "-u", 2, "-t", "1s", "--trial", "queue-w2-r1", *master)

    assert refused.returncode == 1
    assert "A planned trial needs a single process" in refused.stderr


def test_the_seed_reaches_the_external_resource(port, home):
    info = read_info(home / "stack.json")
    words = psutil.Process(info.pids["external"]).cmdline()

    assert words[words.index("--seed") + 1] == str(SEED)


def test_a_second_stack_is_refused_in_one_sentence(port, home):
    again = run("loadtests", "up", "--port", free_port(), "--home", home)

    assert again.returncode == 1
    assert again.stderr.startswith(f"A stack is already running: http://127.0.0.1:{port}")
    assert len(again.stderr.strip().splitlines()) == 1


def test_a_busy_port_is_refused_in_one_sentence(tmp_path):
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        busy = run("loadtests", "up", "--port", other.getsockname()[1], "--home", tmp_path)

    assert busy.returncode == 1
    assert "cannot be used" in busy.stderr
    assert len(busy.stderr.strip().splitlines()) == 1


def test_locust_without_a_stack_says_how_to_start_one(tmp_path):
    refused = run("locust", "--headless", "-t", "1s", "--stack", tmp_path / "none.json", "--results", tmp_path)

    assert refused.returncode == 1
    assert "No stack is running. Start one first: make up" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_page_for_people_is_there(port):
    with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=10) as page:
        assert page.status == 200
        assert "picture" in page.read().decode().lower()
