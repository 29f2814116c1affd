"""Locust in several processes: a master that keeps the trial, and workers that send it."""

import itertools
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from uuid import UUID

import pandas as pd
import pytest

from analysis.api import judge
from loadtests.stack.app_client import get_json
from loadtests.stack.process.ports import HOST, free_port
from loadtests.workload.arrivals import arrivals
from tests.real_stack import ROOT, environment, listens, run, until
from tests.small_experiment import punctual

pytestmark = pytest.mark.stack

USERS, WORKERS = 6, 2

#: A worker that takes itself for one on another host.
STRANGER = """\
import pathlib, runpy, sys
from loadtests.scenarios import stack_lookup
stack_lookup.BOOT_ID = pathlib.Path(sys.argv.pop(1))
runpy.run_module("locust", run_name="__main__")
"""

#: A worker in which something breaks when its load is over.
BREAKING = """\
import runpy, sys
from loadtests.scenarios.sender import Sender
Sender.settle = lambda _: 1 // 0
runpy.run_module("locust", run_name="__main__")
"""


@pytest.fixture(scope="module")
def stack_file(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    up = run("loadtests", "up", "--mode", "queue", "--workers", 3, "--port", 0, "--home", home)
    assert up.returncode == 0, up.stderr
    yield home / "stack.json"
    assert run("loadtests", "down", "--home", home).returncode == 0


class Locusts:
    """The Locust processes of one test, on a port of their own."""

    def __init__(self, folder, stack_file):
        self.results = folder / "results"
        self._folder, self._stack_file = folder, stack_file
        self._port = str(free_port())
        self._processes = []

    def master(self, *options):
        where = ("--master-bind-host", HOST, "--master-bind-port", self._port, "--expect-workers", str(WORKERS))
        what = ("--stack", str(self._stack_file), "--results", str(self.results))
        return self.start("-m", "locust", "--master", *where, *what, *map(str, options))

    def worker(self, *before):
        options = ("--worker", "--master-host", HOST, "--master-port", self._port)
        return self.start(*(before or ("-m", "locust")), *options)

    def start(self, *command):
        log = self.log(len(self._processes)).open("wb")
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment(), stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def log(self, number):
        return self._folder / f"locust-{number}.log"

    @property
    def said(self):
        """What the master has said."""
        return self.log(0).read_text()

    def trials(self):
        return sorted(path.name for path in self.results.glob("*"))

    def end(self):
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture
def locusts(stack_file, tmp_path):
    locusts = Locusts(tmp_path, stack_file)
    yield locusts
    locusts.end()


def streams(tag, due_before):
    """Ids and offsets of what three users in each of two workers send, by who sends it; seed 1."""
    for place in itertools.product(range(WORKERS), range(1, USERS // WORKERS + 1)):
        seed = "1/{}.{}".format(*place)
        sent = arrivals(rate=1.0, seed=seed, weights=[1.0], id_seed=f"{seed}/{tag}")
        yield place, list(itertools.takewhile(lambda arrival: arrival.offset_s < due_before, sent))


def test_master_and_workers_leave_one_trial_with_every_upload_of_every_worker(locusts):
    master = locusts.master("--headless", "-u", USERS, "-t", "4s")
    workers = [locusts.worker() for _ in range(WORKERS)]

    assert master.wait(90) == 0, locusts.said
    assert [worker.wait(30) for worker in workers] == [0, 0]
    assert locusts.trials() == ["experiment.json", "queue-w3-r1"]
    trial = json.loads((locusts.results / "queue-w3-r1" / "trial.json").read_text())
    assert judge(punctual(locusts.results / "queue-w3-r1")).name in ("VALID", "UNDECIDED")
    assert trial["cell"]["offered_rate"] == USERS
    assert trial["cpu_seconds"]["load"] > 0

    requests = pd.read_csv(locusts.results / "queue-w3-r1" / "requests.csv")
    pictures = pd.read_csv(locusts.results / "queue-w3-r1" / "pictures.csv")
    assert requests["id"].is_unique
    assert requests["status"].eq(202).all()
    assert set(requests["id"]) == set(pictures["id"])
    assert pictures["state"].eq("ready").all()
    due_at = dict(zip(requests["id"].map(UUID), requests["due_at"], strict=True))
    (tag,) = set(pictures["trial"])
    found = {place: [one for one in sent if one.id in due_at] for place, sent in streams(tag, due_before=30.0)}
    assert sum(len(sent) for sent in found.values()) == len(requests)
    assert {worker for (worker, _), sent in found.items() if sent} == set(range(WORKERS))
    for sent in found.values():
        starts = [due_at[one.id] - one.offset_s for one in sent]
        assert max(starts, default=0) - min(starts, default=0) < 1e-5

    # Of each row the one that is printed last, when all is over.
    table = dict(re.findall(r"(answered|picture ready|Aggregated) +(\d+) +0\(", locusts.said))
    assert table == dict.fromkeys(("answered", "picture ready", "Aggregated"), str(len(requests)))


def test_pictures_that_take_longer_than_the_load_are_waited_for(locusts):
    """Far more than the stack finishes, so that the workers report seconds after the master has ended the test."""
    master = locusts.master("--headless", "-u", 24, "-t", "3s")
    workers = [locusts.worker() for _ in range(WORKERS)]

    assert master.wait(90) == 0, locusts.said
    assert [worker.wait(30) for worker in workers] == [0, 0]
    trial = json.loads((locusts.results / "queue-w3-r1" / "trial.json").read_text())
    requests = pd.read_csv(locusts.results / "queue-w3-r1" / "requests.csv")
    pictures = pd.read_csv(locusts.results / "queue-w3-r1" / "pictures.csv")
    assert trial["phases"]["collected_at"] - trial["phases"]["load_stopped_at"] > 1.5
    assert len(requests) > 40
    assert set(requests["id"]) == set(pictures["id"])
    assert pictures["state"].eq("ready").all()


def test_a_worker_that_dies_ends_the_test_and_leaves_no_trial(locusts):
    began = time.monotonic()
    master = locusts.master("--headless", "-u", USERS, "-t", "120s")
    victim, _ = [locusts.worker() for _ in range(WORKERS)]
    until(lambda: "All users spawned" in locusts.said)
    victim.kill()

    assert master.wait(60) == 1
    assert time.monotonic() - began < 60
    assert "Nothing was recorded: load worker" in locusts.said
    assert "it has exited or stopped answering" in locusts.said
    assert "Traceback" not in locusts.said
    assert locusts.trials() == []


def test_a_worker_of_another_host_is_refused(locusts, tmp_path):
    (tmp_path / "boot_id").write_text("another\n")
    master = locusts.master("--headless", "-u", USERS, "-t", "60s")
    locusts.worker()
    locusts.worker("-c", STRANGER, str(tmp_path / "boot_id"))

    assert master.wait(60) == 1
    assert "it runs on another host, which has another clock" in locusts.said
    assert "Traceback" not in locusts.said
    assert locusts.trials() == []


def test_a_worker_in_which_something_breaks_says_so_and_leaves_no_trial(locusts):
    master = locusts.master("--headless", "-u", USERS, "-t", "2s")
    broken = locusts.worker("-c", BREAKING)
    locusts.worker()

    assert master.wait(60) == 1
    assert broken.wait(30) == 1
    assert "Nothing was recorded: load worker" in locusts.said
    assert "failed: ZeroDivisionError in <string>, line 3: integer division" in locusts.said
    assert "Traceback" not in locusts.said
    assert locusts.trials() == []


def test_with_its_ui_a_master_measures_one_test_after_the_other(locusts):
    web_port = free_port()
    locusts.master("--web-port", web_port, "--stop-timeout", 1)
    for _ in range(WORKERS):
        locusts.worker()
    until(lambda: listens(web_port))
    ui = f"http://{HOST}:{web_port}"
    for number in (1, 2):
        until(lambda: ready_workers(ui) == WORKERS)
        post(f"{ui}/swarm", user_count=USERS, spawn_rate=100)
        until(lambda number=number: locusts.said.count("All users spawned") == number)
        time.sleep(2.0)
        post(f"{ui}/stop")
        until(lambda number=number: locusts.said.count("Recorded in") == number)

    first, second = (pd.read_csv(locusts.results / f"queue-w3-r{n}" / "requests.csv") for n in (1, 2))
    assert min(len(first), len(second)) > 0
    assert set(first["id"]).isdisjoint(second["id"])


def ready_workers(ui):
    return sum(worker["state"] == "ready" for worker in get_json(f"{ui}/stats/requests")["workers"])


def post(url, **form):
    urllib.request.urlopen(url, data=urllib.parse.urlencode(form).encode(), timeout=60).close()
