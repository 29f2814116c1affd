"""The local stack, with real processes."""

import dataclasses
import os
import signal
import time
from urllib.parse import urlsplit

import psutil
import pytest

from loadtests.errors import StackError
from loadtests.experiment import smoke_test
from loadtests.stack.app_client import get, get_json
from loadtests.stack.base import StackLayout, StackSpec
from loadtests.stack.commands import WEB_WORKER
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.stack_file import alive_lock, read_info
from tests.real_stack import ODD, components_in, listens, until

pytestmark = pytest.mark.stack


def spec(**what):
    """A stack whose outside world takes no time, so that tests do not wait for it."""
    return StackSpec(**({"mode": "queue", "workers": 2, "workload": "cpu", "seed": 1} | what))


def alive(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture(scope="module")
def queue_stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stack")
    with LocalStack(spec(), folder, folder / "logs") as info:
        yield info


def test_a_picture_goes_through_and_comes_out_right(queue_stack):
    smoke_test.check(queue_stack)


def test_the_effective_settings_are_those_of_the_live_processes(queue_stack):
    worker = queue_stack.settings["workers"][0]
    children = {child.pid for child in psutil.Process(queue_stack.pids["worker"]).children()}

    assert set(worker["pids"]) == children
    assert len(children) == 2
    assert queue_stack.settings["broker"]["server"] in ("valkey", "redis")
    assert queue_stack.settings["web"] == {"processes": 1, "worker_class": WEB_WORKER, "threads": 1}


def test_the_questions_have_a_listener_of_their_own(queue_stack):
    assert queue_stack.control_url != queue_stack.url
    assert get_json(f"{queue_stack.control_url}/healthz")["ready"] is True


def test_the_stack_is_sampled_while_it_runs(queue_stack):
    until(lambda: len(queue_stack.observations.read_text().splitlines()) > 2)
    header, *rows = queue_stack.observations.read_text().splitlines()
    last = dict(zip(header.split(","), rows[-1].split(","), strict=True))

    assert last["waiting"] == last["unacked"] == last["in_database"] == "0"
    assert float(last["cpu_web_s"]) > 0
    assert float(last["cpu_worker_s"]) > 0


def test_everything_listens_on_loopback_only(queue_stack):
    pids = [queue_stack.pids[name] for name in ("broker", "external", "web", "control")]
    addresses = {
        connection.laddr.ip
        for pid in pids
        for connection in psutil.Process(pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }

    assert addresses == {"127.0.0.1"}


def test_sync_mode_runs_that_many_web_processes_and_no_worker(tmp_path):
    with LocalStack(spec(mode="sync", workers=3), tmp_path, tmp_path / "logs") as info:
        smoke_test.check(info)
        assert len(psutil.Process(info.pids["web"]).children()) == 3
        assert "worker" not in info.pids
        assert b"No worker serves this queue" in get(info.url)


def test_a_stack_in_a_folder_of_any_name_works_and_stopped_leaves_no_process_and_no_open_port(tmp_path):
    with LocalStack(spec(), tmp_path / ODD, tmp_path / f"{ODD} logs") as info:
        smoke_test.check(info)
        trees = [process for pid in info.pids.values() for process in psutil.Process(pid).children(recursive=True)]
        pids = [*info.pids.values(), *(process.pid for process in trees)]
        ports = [urlsplit(url).port for url in (info.url, info.control_url)]
        assert all(listens(port) for port in ports)

    assert not [pid for pid in pids if alive(pid)]
    assert not [port for port in ports if listens(port)]
    assert components_in(tmp_path) == []


def test_what_a_service_manager_would_start_again_is_started_again_and_told_but_not_for_ever(tmp_path):
    stack = LocalStack(spec(mode="queue", workers=1), tmp_path, tmp_path / "logs")
    with stack as info:
        for n, name in enumerate(("broker", "worker"), 1):
            os.killpg(info.pids[name], signal.SIGKILL)
            until(lambda n=n: stack.check() or len(stack.events) == n, limit_s=5.0)

            assert (stack.events[-1]["what"], stack.events[-1]["code"]) == (name, -signal.SIGKILL)
            assert alive(stack.child(name).pid) and stack.child(name).pid != info.pids[name]

        with pytest.raises(StackError, match=r"sweeper has died 6 times\. The end of .*sweeper\.log"):
            for _ in range(200):
                stack.child("sweeper").signal(signal.SIGKILL)
                stack.check()
                time.sleep(0.05)
        assert [event["what"] for event in stack.events[2:]] == ["sweeper"] * 5

    assert components_in(tmp_path) == []


@pytest.mark.parametrize("name", ["web", "external"])
def test_a_component_that_dies_is_named_at_once_with_the_end_of_its_log(name, tmp_path):
    stack = LocalStack(spec(mode="sync"), tmp_path, tmp_path / "logs")
    with stack as info:
        os.killpg(info.pids[name], signal.SIGKILL)
        # A killed process of several threads is not to be waited for until the last of them has ended.
        with pytest.raises(StackError, match=rf"{name} ended with exit code -9\. The end of .*{name}\.log"):
            until(stack.check, limit_s=5.0)

    assert components_in(tmp_path) == []


@pytest.mark.usefixtures("queue_stack")
def test_a_stack_that_cannot_start_says_why_and_leaves_nothing(tmp_path, monkeypatch):
    """It has its tables from the stack before, so that its processes are the first to load the settings."""
    original = StackLayout.environment.fget
    broken = property(lambda layout: original(layout) | {"UPLOAD_MAX_BYTES": "plenty"})
    monkeypatch.setattr(StackLayout, "environment", broken)
    with (
        pytest.raises(StackError, match=r"ended with exit code(.|\n)*plenty"),
        LocalStack(spec(mode="sync"), tmp_path, tmp_path / "logs"),
    ):
        pass

    assert components_in(tmp_path) == []


def test_a_stack_file_is_private_and_one_of_a_stack_that_is_gone_is_refused(queue_stack, tmp_path):
    path = tmp_path / "stack.json"
    queue_stack.write(path)
    assert read_info(path) == queue_stack
    assert path.stat().st_mode & 0o077 == 0

    # Its process id, which another process may have by now, is not what counts.
    alive_lock(tmp_path).touch()
    dataclasses.replace(queue_stack, directory=str(tmp_path)).write(path)
    with pytest.raises(StackError, match="has stopped"):
        read_info(path)
    with pytest.raises(StackError, match="No stack is running"):
        read_info(tmp_path / "none.json")
