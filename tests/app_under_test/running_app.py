"""The app as it really runs: processes of their own, reached over HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

import psutil

from loadtests.stack.commands import worker_class
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import free_port

APP = Path(__file__).parents[2] / "app_under_test"
BIN = Path(sys.executable).parent
TOKEN = "a token for the tests"


@dataclass(frozen=True, kw_only=True)
class Response:
    """What came back over HTTP."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class RunningApp:
    """A web server with a worker behind it."""

    url: str
    worker: "subprocess.Popen[bytes]"
    env: dict[str, str]

    def get(self, path: str) -> Response:
        return fetch(self.url + path, headers={"Authorization": f"Bearer {TOKEN}"})

    def upload(self, endpoint: str, image: bytes, *, key: str = "", trial: str = "") -> Response:
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Idempotency-Key": key or str(uuid.uuid4()),
            "X-Trial": trial,
        }
        body = head.encode() + image + f"\r\n--{boundary}--\r\n".encode()
        return fetch(f"{self.url}/pictures/{endpoint}/", body=body, headers=headers)

    def final_state(self, picture_id: str, *, limit_s: float = 20.0) -> Any:
        """The picture once it is finished."""

        def finished() -> Any:
            picture = self.get(f"/pictures/{picture_id}/").json
            return picture if picture["state"] in ("ready", "failed") else None

        return wait_for(finished, limit_s=limit_s)


def fetch(
    url: str, *, method: str | None = None, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Response:
    """One HTTP exchange; an error status is an answer too."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        response = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return Response(status=response.status, headers=response.headers, body=response.read())


def wait_for(condition: Callable[[], Any], *, limit_s: float = 20.0) -> Any:
    """What the condition gives as soon as it is true."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            if found := condition():
                return found
        except OSError:
            pass  # Nobody listens yet.
        time.sleep(0.02)
    raise AssertionError(f"{condition} did not come true within {limit_s} s")


@contextmanager
def running(*argv: str | Path, env: dict[str, str] | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a group of its own, started in the app's folder, ended with all its children."""
    process = subprocess.Popen(argv, cwd=APP, env=inherited() | (env or {}), start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):  # It may have ended by itself.
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def web_server(
    env: dict[str, str], *, processes: int = 1, module: str = "project.wsgi", timeout_s: int = 600
) -> Iterator[tuple[str, int]]:
    """A web server as the stack starts it; its address and the master's process id.

    timeout_s: after so long without a sign of life a process is ended by the master.
    """
    address = f"127.0.0.1:{free_port()}"
    options = ("--bind", address, "--workers", str(processes), *map(str, worker_class(threads=1)), "--preload")
    more = ("--timeout", str(timeout_s), "--no-control-socket")
    with running(sys.executable, "-m", "gunicorn", module, *options, *more, env=env) as master:
        wait_for(lambda: fetch(f"http://{address}/"))
        wait_for(lambda: len(psutil.Process(master.pid).children()) == processes)
        yield f"http://{address}", master.pid


@contextmanager
def object_store(*, delay_s: float) -> Iterator[str]:
    """A real external resource that takes so long with every object; its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    always = ("--delay-s", str(delay_s), "--delay-cv", "0")
    with running(sys.executable, "external_resource.py", "--port", str(port), *always):
        wait_for(lambda: fetch(f"{url}/healthz"))
        yield url


@contextmanager
def celery_worker(env: dict[str, str], log: Path, *options: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A Celery node of one process that writes to a file; ready."""
    command = ("-m", "celery", "-A", "project", "worker", "--loglevel", "INFO", "--concurrency", "1")
    with running(sys.executable, *command, "--logfile", log, *options, env=env) as worker:
        wait_for(lambda: log.exists() and "ready." in log.read_text())
        yield worker


def apart(app: RunningApp, place: Path, *, database: int) -> dict[str, str]:
    """The environment of an app beside the running one: with pictures, rows and messages of its own."""
    env = app.env | {
        "DATABASE_URL": f"sqlite:///{place / 'db.sqlite3'}",
        "MEDIA_ROOT": str(place / "media"),
        "CELERY_BROKER_URL": app.env["CELERY_BROKER_URL"].replace("/0", f"/{database}"),
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=APP, env=inherited() | env, check=True)
    return env
