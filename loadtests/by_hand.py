"""The stack that a person starts and stops: in the background, until `make down`."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

from loadtests.errors import StackError
from loadtests.stack.commands import StackSpec, inherited
from loadtests.stack.info import BY_HAND, ROOT, StackInfo, read_info, running
from loadtests.stack.local import STOP_GRACE_S, LocalStack
from loadtests.stack.ports import claim

STACK_FILE = BY_HAND / "stack.json"
RUN = BY_HAND / "run"
SUPERVISOR_LOG = BY_HAND / "supervisor.log"

#: A stack that is not up after this long has hung.
UP_LIMIT_S = 120.0


def up(spec: StackSpec) -> StackInfo:
    """Start a supervisor in the background and wait until its stack is ready."""
    _refuse_second()
    claim(spec.port)
    BY_HAND.mkdir(exist_ok=True)
    with SUPERVISOR_LOG.open("wb") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "loadtests", "up", "--foreground", *_arguments(spec)],
            cwd=ROOT,
            env=inherited(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _wait_until_up(supervisor)
    except BaseException:
        supervisor.terminate()
        raise


def supervise(spec: StackSpec) -> None:
    """Keep a stack up in this process until a signal asks for its end, or until a component dies."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    shutil.rmtree(RUN, ignore_errors=True)
    stack = LocalStack(spec, RUN)
    try:
        with stack as info:
            info.write(STACK_FILE)
            while True:
                time.sleep(0.2)
                stack.check()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        STACK_FILE.unlink(missing_ok=True)
        _drop_data()


def down() -> bool:
    """Stop the stack that is up; False if there was none."""
    try:
        info = read_info(STACK_FILE)
    except StackError:
        STACK_FILE.unlink(missing_ok=True)
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(info.supervisor_pid, signal.SIGTERM)
    deadline = time.monotonic() + 3 * STOP_GRACE_S
    while running(info.supervisor_pid):
        if time.monotonic() > deadline:
            raise StackError(f"The stack's supervisor (process {info.supervisor_pid}) did not end in time.")
        time.sleep(0.05)
    STACK_FILE.unlink(missing_ok=True)
    return True


def _refuse_second() -> None:
    with contextlib.suppress(StackError):
        info = read_info(STACK_FILE)
        raise SystemExit(
            f"A stack is up already: {info.url}, mode {info.mode}, {info.workers} workers. Stop it first: make down."
        )


def _wait_until_up(supervisor: subprocess.Popen[bytes]) -> StackInfo:
    deadline = time.monotonic() + UP_LIMIT_S
    while time.monotonic() < deadline:
        if STACK_FILE.exists():
            return read_info(STACK_FILE)
        if supervisor.poll() is not None:
            raise StackError(SUPERVISOR_LOG.read_text(errors="replace").strip() or "The supervisor ended at once.")
        time.sleep(0.05)
    raise StackError(f"The stack was not up within {UP_LIMIT_S:g} s; see {SUPERVISOR_LOG} and {RUN}.")


def _arguments(spec: StackSpec) -> list[str]:
    pairs = {
        "--mode": spec.mode,
        "--workers": spec.workers,
        "--workload": spec.workload.name,
        "--port": spec.port,
    }
    return [str(part) for pair in pairs.items() for part in pair]


def _drop_data() -> None:
    """Leave the logs for whoever asks what happened; pictures, database and secrets go."""
    for path in RUN.iterdir() if RUN.exists() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix != ".log":
            path.unlink(missing_ok=True)


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
