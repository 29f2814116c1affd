"""Tries a copy of the app with a real broker and a real worker: somebody signs up, and is or is not welcomed."""

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from loadtests.errors import StackError
from loadtests.stack import commands
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.exposure import refuse_exposed
from loadtests.stack.process.process_group import START_LIMIT_S, Child, Command, Family, wait_until
from loadtests.stack.services import redis_server
from loadtests.stack.site import Site, StackSpec, new_site

#: A welcome that has not come by then is missing: it is due at once, or after three seconds.
PATIENCE_S = 12.0

STOP_GRACE_S = 8.0

#: The lesson's own command.
WORKER = ("celery", "-A", "project", "worker", "-l", "info")

#: A visitor's way through the copy's own view; the test client needs no web server.
SIGN_UP = """
from django.test import Client
answer = Client(SERVER_NAME="localhost").post("/accounts/signup/", {"username": "ada", "email": "ada@example.org",
    "password1": "difference engine", "password2": "difference engine"})
assert answer.status_code == 302, answer.content
"""
WELCOMED = re.compile(r"Task accounts\.tasks\.send_welcome_email\[.*succeeded")
UNKNOWN = re.compile(r"Received unregistered task of type .*")
ETA = re.compile(r"'eta': '([^']+)'")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Whether the welcome came, how long after the sign-up [s], and what the worker said."""

    welcomed: bool
    after_s: float
    said: str


def attempt(copy: Path, logs: Path, worker: Sequence[str] = WORKER) -> Attempt:
    """Start broker and worker for the copy, sign up, wait for the welcome, stop everything."""
    logs.mkdir(parents=True, exist_ok=True)
    for old in logs.glob("*.log"):
        old.unlink()
    with TemporaryDirectory(prefix="queuelab-") as place:
        site = new_site(StackSpec(mode="queue", workers=1, workload="io", seed=1), Path(place))
        family = Family(logs)
        try:
            return _attempt(copy, site, family, worker)
        finally:
            family.stop(("worker",), STOP_GRACE_S)
            family.close(STOP_GRACE_S)


def _attempt(copy: Path, site: Site, family: Family, words: Sequence[str]) -> Attempt:
    family.start(redis_server.command(site))
    family.finish(family.start(replace(commands.migrate(site), cwd=copy)), START_LIMIT_S)
    worker = family.start(_python("worker", copy, site, ("-m", *words)))
    wait_until("The worker", lambda: _found(worker, re.compile(r" ready\.$", re.M)), check=worker.check, timeout_s=60.0)
    refuse_exposed(family)
    family.finish(family.start(_python("signup", copy, site, ("manage.py", "shell", "-v0", "-c", SIGN_UP))), 60.0)
    began = time.monotonic()
    try:
        said = wait_until("The welcome", lambda: _news(worker), check=worker.check, timeout_s=PATIENCE_S)
    except StackError:
        worker.check()
        return Attempt(welcomed=False, after_s=PATIENCE_S, said=_planned(family, copy, site))
    welcomed = bool(WELCOMED.search(said))
    return Attempt(welcomed=welcomed, after_s=time.monotonic() - began, said=said)


def _news(worker: Child) -> str | None:
    return _found(worker, WELCOMED) or _found(worker, UNKNOWN)


def _found(child: Child, pattern: re.Pattern[str]) -> str | None:
    match = pattern.search(child.log.read_text(encoding="utf-8", errors="replace"))
    return match[0] if match else None


def _planned(family: Family, copy: Path, site: Site) -> str:
    """For when the worker holds the task, in its own words."""
    asked = family.start(_python("inspect", copy, site, ("-m", "celery", "-A", "project", "inspect", "scheduled")))
    family.finish(asked, 60.0)
    eta = _found(asked, ETA)
    return f"The worker holds the task until {eta[8:-1]}." if eta else "The worker knows nothing of it."


def _python(name: str, copy: Path, site: Site, arguments: Sequence[str]) -> Command:
    environment = inherited() | site.environment
    return Command(name=name, argv=(sys.executable, *arguments), cwd=copy, env=environment)
