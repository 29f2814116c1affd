"""Starts and stops a stack in the background, for `make up` and `make down`."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

from loadtests import ROOT
from loadtests.errors import StackError, refuse_full
from loadtests.experiment.trial import new_stack
from loadtests.files import exclusive
from loadtests.format import amount
from loadtests.stack.base import Stack, StackSpec
from loadtests.stack.process.ports import claim
from loadtests.stack.stack_file import Home, StackInfo, read_info, running

#: A stack that is not up after this long has hung; an image may have to be built first.
UP_LIMIT_S = {"local": 120.0, "compose": 1500.0, "attached": 120.0}

#: Each component may take its grace time to stop, one after the other at worst, and containers take longest.
DOWN_LIMIT_S = 150.0


def up(spec: StackSpec, home: Home) -> StackInfo:
    """Start a supervisor in the background and wait until its stack is ready."""
    _refuse(spec, home)
    home.folder.mkdir(parents=True, exist_ok=True)
    home.stack_file.unlink(missing_ok=True)
    with home.supervisor_log.open("wb") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "loadtests", *_arguments(spec, home), "--foreground"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _wait_until_up(supervisor, home, UP_LIMIT_S[spec.stack])
    except BaseException:
        supervisor.terminate()
        supervisor.wait(DOWN_LIMIT_S)
        raise


def supervise(spec: StackSpec, home: Home) -> None:
    """Keep a stack up in this process until a signal asks for its end, or until a component dies."""
    _refuse(spec, home)
    with exclusive(home.lock, f"Another stack is starting or stopping in {home.folder}. Try again in a moment."):
        for old in (home.run, home.logs):
            shutil.rmtree(old, ignore_errors=True)
        stack = new_stack(spec, home.run, home.logs)
        try:
            with stack as info:
                info.write(home.stack_file)
                _watch(stack)
        finally:
            home.stack_file.unlink(missing_ok=True)
            # Pictures, database and secrets go; logs stay for whoever asks what happened.
            shutil.rmtree(home.run, ignore_errors=True)


def _watch(stack: Stack) -> None:
    while True:
        time.sleep(0.2)
        stack.check()


def down(home: Home) -> bool:
    """Stop the stack that is up; False if there was none."""
    try:
        info = read_info(home.stack_file)
    except StackError:
        home.stack_file.unlink(missing_ok=True)
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(info.supervisor_pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_LIMIT_S
    while running(info):
        if time.monotonic() > deadline:
            raise StackError(f"The stack's supervisor (process {info.supervisor_pid}) did not exit in time.")
        time.sleep(0.05)
    home.stack_file.unlink(missing_ok=True)
    return True


def _refuse(spec: StackSpec, home: Home) -> None:
    """Raise if a stack is up already, or if the port is taken."""
    try:
        info = read_info(home.stack_file)
    except StackError:
        if spec.stack != "attached":
            claim(spec.port)
        return
    workers = amount(info.workers, "worker")
    raise StackError(f"A stack is already running: {info.url}, mode {info.mode}, {workers}. Stop it first: make down.")


def _wait_until_up(supervisor: subprocess.Popen[bytes], home: Home, limit_s: float) -> StackInfo:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if home.stack_file.exists():
            return read_info(home.stack_file)
        if supervisor.poll() is not None:
            refuse_full(home.folder)
            raise StackError(
                home.supervisor_log.read_text(encoding="utf-8", errors="replace").strip()
                or "The supervisor exited at once."
            )
        time.sleep(0.05)
    raise StackError(f"The stack did not start within {limit_s:g} s; see {home.supervisor_log} and {home.logs}.")


def _arguments(spec: StackSpec, home: Home) -> list[str]:
    options: dict[str, object] = {"home": home.folder}
    if spec.stack == "attached":
        verb, options = "attach", options | {"mode": spec.mode, "workload": spec.workload}
    else:
        verb, options = "up", options | {"seed": spec.seed, "port": spec.port} | spec.levels()
        # Nothing is done to a stack that people use.
        del options["fault"]
    return [verb, *(str(part) for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value))]
