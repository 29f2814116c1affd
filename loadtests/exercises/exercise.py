"""Breaks a copy of the app, and tries it with a real broker and worker."""

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from loadtests.errors import StackError
from loadtests.stack import commands
from loadtests.stack.base import StackLayout, StackSpec, new_layout
from loadtests.stack.commands import APP
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import refuse_exposed
from loadtests.stack.process.process_group import START_LIMIT_S, Command, ManagedProcess, ProcessGroup, wait_until
from loadtests.stack.services import redis_server

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
        layout = new_layout(StackSpec(mode="queue", workers=1, workload="io", seed=1), Path(place))
        group = ProcessGroup(logs)
        try:
            return _attempt(copy, layout, group, worker)
        finally:
            group.stop(("worker",), STOP_GRACE_S)
            group.close(STOP_GRACE_S)


def _attempt(copy: Path, layout: StackLayout, group: ProcessGroup, words: Sequence[str]) -> Attempt:
    group.start(redis_server.command(layout))
    group.finish(group.start(replace(commands.migrate(layout), cwd=copy)), START_LIMIT_S)
    worker = group.start(_python("worker", copy, layout, ("-m", *words)))
    wait_until("The worker", lambda: _found(worker, re.compile(r" ready\.$", re.M)), check=worker.check, timeout_s=60.0)
    refuse_exposed(group)
    group.finish(group.start(_python("signup", copy, layout, ("manage.py", "shell", "-v0", "-c", SIGN_UP))), 60.0)
    began = time.monotonic()
    try:
        said = wait_until("The welcome", lambda: _news(worker), check=worker.check, timeout_s=PATIENCE_S)
    except StackError:
        worker.check()
        return Attempt(welcomed=False, after_s=PATIENCE_S, said=_planned(group, copy, layout))
    welcomed = bool(WELCOMED.search(said))
    return Attempt(welcomed=welcomed, after_s=time.monotonic() - began, said=said)


def _news(worker: ManagedProcess) -> str | None:
    return _found(worker, WELCOMED) or _found(worker, UNKNOWN)


def _found(child: ManagedProcess, pattern: re.Pattern[str]) -> str | None:
    match = pattern.search(child.log.read_text(encoding="utf-8", errors="replace"))
    return match[0] if match else None


def _planned(group: ProcessGroup, copy: Path, layout: StackLayout) -> str:
    """For when the worker holds the task, in its own words."""
    asked = group.start(_python("inspect", copy, layout, ("-m", "celery", "-A", "project", "inspect", "scheduled")))
    group.finish(asked, 60.0)
    eta = _found(asked, ETA)
    return f"The worker holds the task until {eta[8:-1]}." if eta else "The worker knows of no such task."


def _python(name: str, copy: Path, layout: StackLayout, arguments: Sequence[str]) -> Command:
    environment = inherited() | layout.environment
    return Command(name=name, argv=(sys.executable, *arguments), cwd=copy, env=environment)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One edit of a file of the app: the right and the wrong text."""

    file: str
    right: str
    wrong: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A fault, and the harmless changes (scene) in which it shows.

    look: where somebody who mends it has to look.
    """

    story: str
    fault: tuple[Edit, ...]
    scene: tuple[Edit, ...]
    look: str


DISCOVERY = Exercise(
    story="A welcome is queued for every new user, but the worker knows no such task.",
    fault=(
        Edit(
            file="project/celery.py",
            right="app.autodiscover_tasks()\n",
            wrong="# Here nobody says where the tasks are.\n",
        ),
    ),
    # With the import at the top the fault would not show: Django's checks import every view in the worker, too.
    scene=(
        Edit(
            file="accounts/views.py",
            right="from accounts.forms import SignUpForm\nfrom accounts.tasks import send_welcome_email\n",
            wrong="from accounts.forms import SignUpForm\n",
        ),
        Edit(
            file="accounts/views.py",
            right="    try:\n        send_welcome_email.delay(user.id)\n",
            wrong="    from accounts.tasks import send_welcome_email\n\n"
            "    try:\n        send_welcome_email.delay(user.id)\n",
        ),
    ),
    look="the list [tasks] at the start of the worker's log, and project/celery.py",
)

TIMEZONE = Exercise(
    story="The welcome is to come three seconds after the sign-up, and does not come before tomorrow.",
    fault=(
        Edit(file="project/settings.py", right="USE_TZ = True\n", wrong="USE_TZ = False\n"),
        Edit(file="project/settings.py", right='TIME_ZONE = "UTC"\n', wrong='TIME_ZONE = "Asia/Tokyo"\n'),
        Edit(
            file="project/settings.py",
            right='CELERY_TIMEZONE = "UTC"\n',
            wrong='CELERY_TIMEZONE = "Asia/Tokyo"\n',
        ),
    ),
    scene=(
        Edit(
            file="accounts/views.py",
            right="import logging\n\n",
            wrong="import logging\nfrom datetime import timedelta\n\n",
        ),
        Edit(
            file="accounts/views.py",
            right="from django.shortcuts import redirect, render\n",
            wrong="from django.shortcuts import redirect, render\nfrom django.utils import timezone\n",
        ),
        Edit(
            file="accounts/views.py",
            right="send_welcome_email.delay(user.id)",
            wrong="send_welcome_email.apply_async((user.id,), eta=timezone.now() + timedelta(seconds=3))",
        ),
    ),
    look="what the worker says of the task's ETA, and USE_TZ, TIME_ZONE and CELERY_TIMEZONE in project/settings.py",
)

EXERCISES: Mapping[str, Exercise] = {"discovery": DISCOVERY, "timezone": TIMEZONE}


def broken(text: str, edit: Edit) -> str:
    """The file's text with the passage as the exercise has it; refused if the app has changed there."""
    if text.count(edit.right) != 1:
        raise ValueError(f"{edit.file} holds this {text.count(edit.right)} times and not once:\n{edit.right}")
    return text.replace(edit.right, edit.wrong)


def mended(text: str, edit: Edit) -> str:
    """The text with the passage as the app has it; what somebody has mended already stays as it is.

    Refused if somebody has made something else of it.
    """
    if edit.wrong not in text and edit.right not in text:
        raise ValueError(f"{edit.file} contains neither this nor the code to fix:\n{edit.right}")
    return text.replace(edit.wrong, edit.right)


def break_copy(exercise: Exercise, folder: Path) -> Path:
    """A fresh copy of the app in the folder, with the exercise's fault in it; gives the copy's own folder."""
    copy = fresh_copy(folder)
    _edit(copy, (*exercise.scene, *exercise.fault), broken)
    return copy


def fresh_copy(folder: Path) -> Path:
    """The app as it is, without its data; never in the place of something else."""
    copy = folder / "app"
    if copy.exists():
        raise StackError(f"{copy} already exists. Continue with it, remove it, or choose another --folder.")
    shutil.copytree(APP, copy, ignore=shutil.ignore_patterns("var", "__pycache__"))
    return copy


def mend_copy(exercise: Exercise, copy: Path) -> None:
    """Undo the fault's changes."""
    _edit(copy, exercise.fault, mended)


def _edit(copy: Path, edits: Iterable[Edit], how: Callable[[str, Edit], str]) -> None:
    for edit in edits:
        path = copy / edit.file
        try:
            text = how(path.read_text(encoding="utf-8"), edit)
        except ValueError as error:
            raise StackError(f"{error}Make a fresh copy with another --folder.") from error
        path.write_text(text, encoding="utf-8")
