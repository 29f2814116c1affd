"""What the load generator fails by itself is told apart from what the server fails."""

import contextlib
import errno
import os
import resource
import socket
from argparse import Namespace
from pathlib import Path
from uuid import UUID

import pytest

from analysis.data.outcomes import CLIENT
from analysis.validity.reasons import REMEDIES
from loadtests.__main__ import run
from loadtests.clock import Clock
from loadtests.machine.open_files import OWN, most_open, raise_limit, shortage
from loadtests.scenarios import upload_client
from loadtests.scenarios.upload_client import Request, UploadClient
from loadtests.stack.process.ports import HOST, free_port
from loadtests.workload.pictures import Payload

DICTIONARY = (Path(__file__).parents[3] / "results" / "README.md").read_text()
WORDS = {*upload_client.LIMITS.values(), upload_client.UNKNOWN_HOST, upload_client.OUT_OF_MEMORY}


@contextlib.contextmanager
def soft_limit(files):
    """So many open files and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server():
    """Lets connections wait at its listener."""
    with socket.create_server((HOST, 0)) as listener:
        yield f"http://{HOST}:{listener.getsockname()[1]}"


def sent(url, files=None):
    """One upload that has been tried, with a limit of open files."""
    request = Request(UUID(int=1), 0.0, Payload("a.jpg", "multipart/form-data", b"", 1.0))
    client = UploadClient(url, "sync", "t", Clock.anchored())
    with soft_limit(files) if files else contextlib.nullcontext():
        client.send(request)
    return request


def test_an_upload_that_finds_no_file_was_not_sent(server):
    request = sent(server, files=3)

    assert (request.error, request.sent_at, request.status) == ("client: too many open files", None, None)
    assert request.answered


def test_an_upload_to_a_name_that_nobody_knows_was_not_sent():
    request = sent("http://nobody.invalid:8000")

    assert (request.error, request.sent_at) == ("client: unknown host", None)


def fail(number):
    def call(*_):
        raise OSError(number, os.strerror(number))

    return call


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM, errno.ENFILE, errno.EPERM])
def test_a_limit_that_keeps_a_connection_from_being_made_is_the_client_s(server, monkeypatch, number):
    monkeypatch.setattr("gevent.socket.socket.connect", fail(number))
    request = sent(server)

    assert (request.error, request.sent_at) == (f"client: {upload_client.LIMITS[number]}", None)


def test_what_meets_a_limit_later_has_left(server, monkeypatch):
    monkeypatch.setattr("gevent.socket.socket.sendall", fail(errno.ENOBUFS))
    request = sent(server)

    assert request.error == "client: no buffer space"
    assert request.sent_at is not None


def test_a_mistake_of_the_load_generator_is_its_own(server, monkeypatch):
    def call(*_):
        raise ZeroDivisionError("foreseen by nobody")

    monkeypatch.setattr("gevent.socket.socket.sendall", call)

    assert sent(server).error == "client: ZeroDivisionError: foreseen by nobody"


def test_a_server_that_is_not_there_is_no_limit_of_the_client():
    request = sent(f"http://{HOST}:{free_port()}")

    assert request.error.startswith("ConnectionRefusedError: ")
    assert request.sent_at is not None


def test_every_limit_has_a_remedy_and_is_explained():
    assert CLIENT == upload_client.CLIENT
    assert set(REMEDIES) == WORDS
    assert [word for word in WORDS if f"`{word}`" not in DICTIONARY] == []


def test_the_limit_of_open_files_is_raised_as_far_as_it_goes():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with soft_limit(100):
        raised = raise_limit()

        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == raised
    assert raised == (most_open() if hard != resource.RLIM_INFINITY else 10_240)


def test_a_load_that_may_need_more_files_than_there_are_is_warned_of():
    """Ten uploads a second for twenty seconds, none answered: 200 connections."""
    assert shortage(10.0, 20.0, limit=200 + OWN) == ""
    assert "may open 256 files, but 200 uploads wait at once" in shortage(10.0, 20.0, limit=256)
    assert "ulimit -n 300" in shortage(10.0, 20.0, limit=256)


def test_what_a_plan_may_lack_is_said_before_its_first_trial(tmp_path, monkeypatch, capsys):
    """12 uploads a second for 3 + 12 + 4 seconds, and a folder beside the pictures."""
    (tmp_path / "album.jpg").mkdir()
    monkeypatch.setattr("loadtests.__main__.most_open", lambda: 256)
    monkeypatch.setattr("loadtests.__main__.run_experiment", lambda *_: None)
    plan = Path(__file__).parents[3] / "loadtests" / "plans" / "demo.toml"
    run(Namespace(plan=plan, stack=None, results=tmp_path, pictures=tmp_path, predictions=None))

    said = capsys.readouterr().err
    assert "album.jpg (a folder)" in said
    assert "may open 256 files, but 228 uploads wait at once" in said
