import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.message import Message as EmailMessage
from pathlib import Path

import pytest
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from playwright.sync_api import Page

from loadtests.stack.commands import worker_class
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import free_port
from loadtests.stack.services.redis_server import server_path
from project.celery import app as celery_app
from tests.app_under_test.running_app import APP, BIN, TOKEN, RunningApp, object_store, running, wait_for


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    """An empty place for pictures."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture(scope="session")
def external_resource_url() -> Iterator[str]:
    """A real external resource that takes no time."""
    with object_store(delay_s=0) as url:
        yield url


@pytest.fixture
def external_resource(settings, external_resource_url: str) -> str:
    """The real external resource, in use by the app of this process."""
    settings.EXTERNAL_RESOURCE_URL = external_resource_url
    return external_resource_url


@pytest.fixture
def deaf_address() -> Iterator[str]:
    """A host and port that take a connection and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def no_broker(monkeypatch) -> None:
    """A broker address where nobody listens."""
    _use_broker(f"redis://127.0.0.1:{free_port()}/0", monkeypatch)


@pytest.fixture
def refusing_broker(monkeypatch) -> Iterator[None]:
    """A broker that speaks AMQP and refuses access to everybody, as RabbitMQ does if it has lost its users."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_refuse_each, args=(server,), daemon=True).start()
        _use_broker(f"amqp://127.0.0.1:{server.getsockname()[1]}//", monkeypatch)
        yield
        server.shutdown(socket.SHUT_RDWR)


def _use_broker(url: str, monkeypatch) -> None:
    """For new connections and in place of the ones that Celery keeps."""
    for use in ("broker_read_url", "broker_write_url"):
        monkeypatch.setattr(celery_app.conf, use, url)
    monkeypatch.setattr(celery_app, "_pool", None)
    monkeypatch.setattr(celery_app.amqp, "_producer_pool", None)


def _refuse_each(server: socket.socket) -> None:
    """Answer the greeting with the method Connection.Close, and wait until the other side has gone."""
    method = struct.pack(">HHHBHH", 10, 50, 403, 0, 0, 0)
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            connection.recv(8)
            connection.sendall(struct.pack(">BHI", 1, 0, len(method)) + method + b"\xce")
            while connection.recv(4096):
                pass


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory) -> Iterator[str]:
    """A real Valkey of our own."""
    port = free_port()
    place = str(tmp_path_factory.mktemp("broker"))
    where = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", place)
    with running(server_path(), *where), redis.Redis(port=port) as client:
        wait_for(lambda: _answers(client))
        yield f"redis://127.0.0.1:{port}/0"


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


class Mailbox(Message):
    """Keeps what a real SMTP server receives."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[EmailMessage] = []
        self.port = free_port()

    def handle_message(self, message: EmailMessage) -> None:
        self.received.append(message)


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


@pytest.fixture(scope="session")
def app(broker_url, external_resource_url, mailbox, tmp_path_factory) -> Iterator[RunningApp]:
    """The whole app: two web processes and a worker started as the lesson says."""
    place = tmp_path_factory.mktemp("app")
    port = free_port()
    env = {
        "DATABASE_URL": f"sqlite:///{place / 'db.sqlite3'}",
        "MEDIA_ROOT": str(place / "media"),
        "CELERY_BROKER_URL": broker_url,
        "EXTERNAL_RESOURCE_URL": external_resource_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "EXPORT_TOKEN": TOKEN,
        "DJANGO_SECRET_KEY": "the same in all processes of the tests",
        "CLOCK_OFFSET_NS": str(time.time_ns() - time.monotonic_ns()),
        "PATH": f"{BIN}:{os.environ['PATH']}",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=APP, env=inherited() | env, check=True)
    web = ("gunicorn", "project.wsgi", *worker_class(threads=1), "--preload", "-w", "2", "--no-control-socket", "-b")
    celery = ("celery", "-A", "project", "worker", "-l", "info")
    with running(*web, f"127.0.0.1:{port}", env=env), running(*celery, env=env) as worker:
        running_app = RunningApp(url=f"http://127.0.0.1:{port}", worker=worker, env=env)
        wait_for(lambda: running_app.get("/healthz").status == 200)
        wait_for(lambda: running_app.get("/config/?workers=1").json["workers"])
        yield running_app


@pytest.fixture
def page(app, browser) -> Iterator[Page]:
    """The page, open in a browser that has seen nothing before."""
    with browser.new_context() as fresh:
        page = fresh.new_page()
        page.goto(app.url)
        yield page
