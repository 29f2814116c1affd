"""Load goes to loopback, unless whoever starts it has written another name out; and Locust listens there alone."""

import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import replace

import psutil
import pytest

from loadtests.errors import TrialError
from loadtests.scenarios.options import refuse_foreign
from loadtests.stack.app_client import get_json
from loadtests.stack.base import StackSpec
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.process.ports import free_port
from tests.real_stack import ROOT, environment, listens, run, until

#: An address kept for documentation (RFC 5737): nobody has it. Names below .invalid have no address at all (RFC 6761).
FOREIGN = "http://192.0.2.1:8000"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://127.1", "http://localhost:8000/x", "http://[::1]:80", "127.0.0.1:8000"]
)
def test_loopback_may_be_loaded_by_any_of_its_names(url):
    refuse_foreign(url, ())


@pytest.mark.parametrize(
    "url",
    [
        *(FOREIGN, "http://nobody.invalid", "192.0.2.1:8000", "http://0.0.0.0:8000", "http://[2001:db8::1]/"),
        *("http://127.0.0.1@192.0.2.1/", "http://[::1", "", None, f"http://{'a' * 70}.invalid"),
    ],
)
def test_anybody_else_is_refused_in_one_sentence_with_the_way_out(url):
    with pytest.raises(TrialError, match="is not a loopback address.*--allow-target"):
        refuse_foreign(url, ())


def test_a_name_that_was_written_out_allows_itself_alone():
    refuse_foreign(FOREIGN, ("192.0.2.1",))
    with pytest.raises(TrialError):
        refuse_foreign("http://192.0.2.10:8000", ("192.0.2.1", "example.org"))


@pytest.fixture(scope="module")
def info(tmp_path_factory):
    folder = tmp_path_factory.mktemp("target")
    with LocalStack(StackSpec(mode="queue", workers=1, workload="io", seed=1), folder, folder / "logs") as info:
        info.write(folder / "stack.json")
        yield info


@pytest.fixture
def options(info, tmp_path):
    return ["--stack", f"{info.directory}/stack.json", "--results", tmp_path / "results"]


def received(info):
    return sum(get_json(f"{info.control_url}/counts/", token=info.token).values())


@pytest.mark.stack
@pytest.mark.parametrize("role", [(), ("--master",)], ids=["alone", "a master"])
def test_locust_refuses_a_foreign_host_and_sends_nothing(info, options, role):
    done = run("locust", "--headless", "-u", 5, "-t", "2s", "--host", FOREIGN, *role, *options)

    assert done.returncode != 0
    assert "192.0.2.1 (192.0.2.1) is not a loopback address" in done.stderr
    assert "--allow-target 192.0.2.1." in done.stderr
    assert received(info) == 0


@pytest.mark.stack
def test_the_comparison_with_stock_locust_refuses_it_as_well():
    stock = ROOT / "loadtests" / "scenarios" / "plain_locust.py"
    done = run("locust", "--headless", "-u", 1, "-t", "1s", "--host", FOREIGN, "--locustfile", stock)

    assert done.returncode != 0 and "--allow-target 192.0.2.1." in done.stderr
    assert "POST" not in done.stdout


@pytest.mark.stack
def test_a_stack_elsewhere_is_refused_although_nobody_named_a_host(info, tmp_path):
    replace(info, url=FOREIGN).write(tmp_path / "stack.json")
    done = run("locust", "--headless", "-u", 1, "-t", "1s", "--stack", tmp_path / "stack.json", "--results", tmp_path)

    assert done.returncode != 0 and "--allow-target 192.0.2.1." in done.stderr


@pytest.fixture
def start(options, tmp_path):
    """Starts Locust with its page, as a plain `locust` does: its process, the page's address, its log."""
    started = []

    def start(*role):
        web, log = free_port(), tmp_path / "log"
        command = [sys.executable, "-m", "locust", "--web-port", web, *role, *options]
        with log.open("wb") as out:
            words = [str(word) for word in command]
            started.append(subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=out, stderr=out))
        until(lambda: listens(web))
        return started[-1], f"http://127.0.0.1:{web}", log

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.stack
def test_locust_s_page_and_its_master_s_port_are_on_loopback(start):
    port = free_port()
    process, _, _ = start("--master", "--master-bind-port", port)
    until(lambda: listens(port))

    listening = [one for one in psutil.Process(process.pid).net_connections() if one.status == psutil.CONN_LISTEN]

    assert len(listening) >= 2 and {one.laddr.ip for one in listening} == {"127.0.0.1"}


@pytest.mark.stack
def test_whoever_finds_locust_s_page_cannot_point_it_elsewhere(info, start):
    """Not by its form, and not by naming the flag in the request either."""
    _, page, log = start()
    form = {"user_count": 5, "spawn_rate": 5, "host": FOREIGN, "allow_target": "192.0.2.1"}

    urllib.request.urlopen(f"{page}/swarm", data=urllib.parse.urlencode(form).encode(), timeout=20).close()

    until(lambda: "192.0.2.1 (192.0.2.1) is not a loopback address" in log.read_text())
    assert received(info) == 0
