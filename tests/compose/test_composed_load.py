"""Locust in containers, as a person uses it: its page, load workers behind it, trials in a folder of the host's."""

import json
import os
import time
import urllib.parse
import urllib.request

import pandas as pd
import pytest

from loadtests.stack.app_client import get_json
from tests.app_under_test.running_app import wait_for

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

USERS = 6
LOAD_WORKERS = 2


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder that the containers' user may write to."""
    folder = tmp_path_factory.mktemp("results")
    if os.geteuid() == 0:
        os.chown(folder, 10001, 10001)
    folder.parent.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def ui(stack, results):
    """The address of Locust's page, once it has its workers."""
    stack.profiles = ("locust",)
    stack.settings = stack.settings | {"LOAD_RESULTS": str(results)}
    stack.compose("build", "locust")
    stack.up(workers=2)
    return f"http://127.0.0.1:{stack.ports['LOCUST_PORT']}"


def measure(ui, results, trial, **choices):
    """Start a test on the page, stop it after a while, and wait for its trial."""
    wait_for(lambda: ready_workers(ui) == LOAD_WORKERS, limit_s=120.0)
    post(f"{ui}/swarm", user_count=USERS, spawn_rate=100, **choices)
    wait_for(lambda: get_json(f"{ui}/stats/requests")["state"] == "running", limit_s=60.0)
    time.sleep(5.0)
    post(f"{ui}/stop")
    wait_for(lambda: (results / trial / "trial.json").exists(), limit_s=60.0)
    return json.loads((results / trial / "trial.json").read_text())


def ready_workers(ui):
    try:
        return sum(worker["state"] == "ready" for worker in get_json(f"{ui}/stats/requests")["workers"])
    except Exception:
        return 0


def post(url, **form):
    urllib.request.urlopen(url, data=urllib.parse.urlencode(form).encode(), timeout=60).close()


def test_a_test_on_the_page_becomes_a_trial_of_every_upload(ui, results):
    trial = measure(ui, results, "queue-w2-r1")

    requests, pictures = (pd.read_csv(results / "queue-w2-r1" / name) for name in ("requests.csv", "pictures.csv"))
    assert trial["cell"]["workers"] == 2
    assert trial["verdict"]["name"] in ("VALID", "UNDECIDED")
    assert len(requests) > USERS
    assert set(requests["id"]) == set(pictures["id"])
    assert pictures["state"].eq("ready").all()


def test_workers_that_are_added_count_in_the_next_test(ui, results, stack):
    stack.up(workers=4)

    assert measure(ui, results, "queue-w4-r1")["cell"]["workers"] == 4


def test_a_trial_whose_workers_changed_under_it_is_not_kept(ui, results, stack):
    wait_for(lambda: ready_workers(ui) == LOAD_WORKERS, limit_s=120.0)
    post(f"{ui}/swarm", user_count=USERS, spawn_rate=100)
    wait_for(lambda: get_json(f"{ui}/stats/requests")["state"] == "running", limit_s=60.0)
    stack.stop_one("worker")
    post(f"{ui}/stop")

    told = "4 workers answered before the test and 3 after it"
    wait_for(lambda: told in " ".join(get_json(f"{ui}/logs")["master"]), limit_s=60.0)
    assert not (results / "queue-w4-r2").exists()


def test_the_page_chooses_the_endpoint(ui, results):
    trial = measure(ui, results, "sync-w1-r1", mode="sync")

    assert pd.read_csv(results / "sync-w1-r1" / "requests.csv")["status"].dropna().isin([201]).all()
    assert trial["settings"]["web"]["processes"] == 1


def test_no_container_runs_as_root_or_is_open_to_others(ui, stack):
    users = {name: stack.execute(container, "id", "-u") for name, container in stack.running().items()}
    published = [one["HostConfig"]["PortBindings"] or {} for one in stack.containers()]

    assert len(users) >= 9
    assert [name for name, user in users.items() if user == "0\n"] == []
    assert {bound["HostIp"] for ports in published for several in ports.values() for bound in several or ()} == {
        "127.0.0.1"
    }


def test_every_health_check_passes(ui, stack):
    for container in stack.running().values():
        wait_for(lambda one=container: stack.is_healthy(one), limit_s=60.0)


def test_nothing_is_left_when_it_is_brought_down(ui, stack):
    stack.down()

    assert stack.left() == {"containers": [], "network": [], "volume": [], "processes": []}
