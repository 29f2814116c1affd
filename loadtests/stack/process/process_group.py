"""Child processes in groups of their own, with logs and a watchdog that ends them."""

import contextlib
import json
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, TypeVar

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.stack.process import watchdog

HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let signals that ask this process to end wait until the block is done.

    Between starting a child and writing down that it runs, an exception would leave an orphan. The handlers are
    swapped instead of the signal mask, which the child would inherit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[int, FrameType | None]] = []
    before = {held: signal.getsignal(held) for held in HELD}
    for held, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(held, lambda *what: waiting.append(what))
    try:
        yield
    finally:
        for held, handler in before.items():
            signal.signal(held, handler)
        for number, _ in waiting[:1]:
            signal.raise_signal(number)


T = TypeVar("T")

#: How long a component may take to be ready on a slow, busy machine.
START_LIMIT_S = 60.0

#: Last lines of a log that an error message quotes.
TAIL_LINES = 8


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to start: a component's name, its arguments, and where; as another user, if this one is root.

    stdin: a file that the component reads as its standard input; nothing if there is none.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    env: dict[str, str]
    user: str | None = None
    stdin: Path | None = None


class ManagedProcess:
    """One running component."""

    def __init__(self, command: Command, log_dir: Path) -> None:
        self.name, self.command = command.name, command
        self.log = log_dir / f"{command.name}.log"
        with self.log.open("ab") as log, (command.stdin or Path(os.devnull)).open("rb") as stdin:
            self.process = subprocess.Popen(
                command.argv,
                cwd=command.cwd,
                env=command.env,
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_identity(command.user),
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def check(self) -> None:
        """Raise if the component has ended by itself."""
        code = self.process.poll()
        if code is not None:
            raise StackError(f"{self.name} ended with exit code {code}. The end of {self.log}:\n{self.tail()}")

    def tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:]) or "    (empty)"

    def signal(self, number: int) -> None:
        """Send a signal to the whole process group, which may be gone already."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def wait(self, timeout_s: float) -> bool:
        """Whether every process of the group has ended within the time given."""
        deadline = time.monotonic() + timeout_s
        while self.process.poll() is None or watchdog.alive(self.pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


class ProcessGroup:
    """The processes of one stack; a watchdog ends them if this process is killed."""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.children: dict[str, ManagedProcess] = {}
        log_dir.mkdir(parents=True, exist_ok=True)
        self._watchdog = subprocess.Popen(
            # The folder says to whoever looks at the processes whose watchdog it is.
            [sys.executable, "-I", "-S", watchdog.__file__, str(log_dir)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self.children.items()}

    def start(self, command: Command) -> ManagedProcess:
        with uninterrupted():
            child = ManagedProcess(command, self.log_dir)
            self.children[child.name] = child
            self._notify_watchdog("+", child)
        return child

    def restart(self, name: str) -> ManagedProcess:
        """Start a child that has ended once more, by the same command; what is left of its group goes."""
        child = self.children[name]
        self._drop(child)
        return self.start(child.command)

    def check(self) -> None:
        for child in self.children.values():
            child.check()

    def finish(self, child: ManagedProcess, timeout_s: float) -> None:
        """Wait for a child that is meant to end by itself, and raise unless it ended well."""
        ended = child.wait(timeout_s)
        self._drop(child)
        if not ended or child.process.returncode != 0:
            outcome = f"exit code {child.process.returncode}" if ended else f"still running after {timeout_s:g} s"
            raise StackError(f"{child.name} failed ({outcome}). The end of {child.log}:\n{child.tail()}")

    def stop(self, names: tuple[str, ...], grace_s: float) -> None:
        """End these children together: asked first, killed after the grace time."""
        children = [self.children[name] for name in names if name in self.children]
        for child in children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        for child in children:
            child.wait(max(0.0, deadline - time.monotonic()))
            self._drop(child)

    def close(self, grace_s: float) -> None:
        """End every child that is left, then the watchdog."""
        self.stop(tuple(self.children), grace_s)
        pipe: IO[bytes] | None = self._watchdog.stdin
        if pipe:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._watchdog.wait(timeout=10)

    def _drop(self, child: ManagedProcess) -> None:
        child.signal(signal.SIGKILL)
        child.wait(5.0)
        self._notify_watchdog("-", child)
        del self.children[child.name]

    def _notify_watchdog(self, sign: str, child: ManagedProcess) -> None:
        pipe = self._watchdog.stdin
        # A watchdog that was killed must not take the stack with it.
        with contextlib.suppress(BrokenPipeError, ValueError):
            if pipe:
                pipe.write(f"{sign}{child.pid}\n".encode())
                pipe.flush()


def _identity(user: str | None) -> dict[str, Any]:
    """Return Popen's arguments for another user."""
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def wait_until(what: str, ready: Callable[[], T | None], *, check: Callable[[], None], timeout_s: float) -> T:
    """Wait for the first value of `ready` that is not None; `check` may raise meanwhile."""
    deadline = time.monotonic() + timeout_s
    while True:
        check()
        answer = ready()
        if answer is not None:
            return answer
        if time.monotonic() > deadline:
            raise StackError(f"{what} was not ready within {timeout_s:g} s.")
        time.sleep(0.03)


#: What comes back; anything else that ends makes the trial void.
SUPERVISED = ("broker", "worker", "sweeper")

#: A component that keeps dying is not restarted forever: at most this often in this time.
MOST_RESTARTS, LATELY_S = 5, 60.0

#: Where they are kept, in the stack's directory.
RESTARTS = "restarts.json"


class Supervisor:
    """Looks after the children of one stack. events tells what died when, and when it was started again; it is also
    kept in a file, for whoever measures by hand."""

    def __init__(self, group: ProcessGroup, clock: Clock, path: Path) -> None:
        self._group, self._clock, self._path = group, clock, path
        self._held: set[str] = set()
        self.events: list[dict[str, Any]] = []

    def check(self) -> None:
        """Start again what has died, unless it is held; raise if anything else has, or something dies again and
        again."""
        for name, child in list(self._group.children.items()):
            if name not in SUPERVISED:
                child.check()
            elif child.process.poll() is not None and name not in self._held:
                self._restart(name)

    def hold(self, name: str) -> None:
        """Leave a component down for now."""
        self._held.add(name)

    def release(self, name: str) -> None:
        self._held.discard(name)
        self.check()

    def _restart(self, name: str) -> None:
        child = self._group.children[name]
        lately = [event for event in self.events if event["began_at"] > self._clock.now() - LATELY_S]
        if sum(event["what"] == name for event in lately) >= MOST_RESTARTS:
            raise StackError(f"{name} has died {MOST_RESTARTS + 1} times. The end of {child.log}:\n{child.tail()}")
        event = {"kind": "restart", "what": name, "code": child.process.returncode, "began_at": self._clock.now()}
        self._group.restart(name)
        self.events.append(event | {"ended_at": self._clock.now()})
        self._path.write_text(json.dumps(self.events), encoding="utf-8")


def restarts_since(directory: Path, at: float) -> list[dict[str, Any]]:
    """What a stack's supervisor has started again since a time [Unix s]."""
    path = directory / RESTARTS
    events: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [event for event in events if event["began_at"] >= at]
