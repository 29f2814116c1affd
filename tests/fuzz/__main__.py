"""Fuzzes the whole app: python -m tests.fuzz --minutes 20 --seed 7

Starts a local stack with a queue and sends requests made from the seed to both endpoints. Exits with 1 if one was
answered with a 5xx that is not deliberate, a log holds a traceback, a file is left behind, a process ended or its
memory grew.
"""

import argparse
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from csv import DictReader
from pathlib import Path

from analysis.console import print_anything
from analysis.metrics.memory import MemoryGrowth
from loadtests import BY_HAND
from loadtests.stack.app_client import get, get_json
from loadtests.stack.base import StackSpec
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.process.process_group import wait_until
from loadtests.stack.stack_file import StackInfo
from tests.fuzz.cases import cases
from tests.fuzz.client import SILENT, send
from tests.fuzz.record import Record, growths, tell
from tests.fuzz.watch import came_or_went, complaints, sample_memory, strays

#: Requests per second at most. What those of 20 minutes leave on the disk stays below a few gigabytes.
RATE = 30.0
SAMPLE_PERIOD_S = 2.0

#: What the queue may take to finish its last pictures.
DRAIN_LIMIT_S = 120.0

#: 503 is told while there is no room. gunicorn tells 501 for an unknown transfer coding, as RFC 9112 (6.1) asks.
DELIBERATE = ("501", "503")

#: Reasons of failed pictures that say that the app failed and not the picture.
OUR_FAULT = (
    *("internal_error", "gave_up", "took_too_long", "took_too_much_memory"),
    *("external_resource_failed", "storage_failed"),
)

#: Growth of a process's memory that is too much [MB in ten minutes]. In a shorter run it is less than what comes and
#: goes, so it is shown and not judged.
MOST_GROWTH_MB, JUDGED_FROM_MINUTES = 1.0, 10.0


def fuzz(info: StackInfo, stack: LocalStack, options: argparse.Namespace) -> Record:
    """Send one case after the other, no faster than their rate, and look at the processes meanwhile."""
    record, began = Record(), time.monotonic()
    sample_at = began
    for number, case in enumerate(cases(options.seed)):
        if time.monotonic() > began + options.minutes * 60:
            return record
        if time.monotonic() >= sample_at:
            stack.check()
            sample_memory(record.memory, info.pids)
            sample_at += SAMPLE_PERIOD_S
        status, reason = answer = send(info.url, case)
        record.kinds[case.kind] += 1
        record.answers[answer] += 1
        if status == SILENT or (status.startswith("5") and status not in DELIBERATE):
            record.failures.append(f"request {number}, {case.kind}: {status} {reason}")
        time.sleep(max(0.0, began + (number + 1) / options.rate - time.monotonic()))
    raise AssertionError("there is always another case")


def drained(info: StackInfo, stack: LocalStack) -> list[dict[str, str]]:
    """The row of every picture, once none waits any more."""

    def done() -> bool | None:
        counts = get_json(f"{info.control_url}/counts/", token=info.token)
        return True if counts["queued"] + counts["processing"] == 0 else None

    wait_until("The last picture", done, check=stack.check, timeout_s=DRAIN_LIMIT_S)
    return list(DictReader(get(f"{info.control_url}/pictures.csv", token=info.token).decode().splitlines()))


def judge(record: Record, stack: LocalStack, rows: list[dict[str, str]], temporary: Path) -> Iterator[str]:
    """Sentences about what must not be."""
    yield from record.failures
    yield from (f"picture {row['id']} failed: {row['reason']}" for row in rows if row["reason"] in OUR_FAULT)
    yield from (f"one file too many or too few: {name}" for name in sorted(strays(stack.directory / "media", rows)))
    yield from (f"a temporary file: {path}" for path in temporary.rglob("*") if path.is_file())
    yield from (f"a process that did not live all the time: {name}" for name in came_or_went(record.memory))
    yield from complaints(sorted(stack.logs.glob("*.log")))


def too_much_growth(memory: Sequence[MemoryGrowth], minutes: float) -> Iterator[str]:
    for process in memory if minutes >= JUDGED_FROM_MINUTES else ():
        if (process.growth_mb or 0.0) > MOST_GROWTH_MB:
            yield f"the memory of {process.component} grew by {process.growth_mb:.1f} MB in ten minutes"


def main(argv: list[str] | None = None) -> int:
    options = _arguments(argv)
    print(f"Seed {options.seed}, {options.minutes:g} minutes.", flush=True)
    shutil.rmtree(options.logs, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="queuelab-fuzz-") as folder:
        temporary = Path(folder) / "temporary"
        temporary.mkdir()
        # The stack's processes inherit it; this one knows its own place already.
        os.environ["TMPDIR"] = str(temporary)
        spec = StackSpec(mode="queue", workers=1, workload="cpu", seed=options.seed)
        stack = LocalStack(spec, Path(folder) / "stack", options.logs)
        with stack as info:
            record = fuzz(info, stack, options)
            rows = drained(info, stack)
            memory = growths(record.memory, settled_s=options.minutes * 30)
            failures = [*judge(record, stack, rows, temporary), *too_much_growth(memory, options.minutes)]
    tell(record, rows, memory)
    print(
        f"\n{len(failures)} things that must not be; the logs are in {options.logs}." if failures else "\nAll is well."
    )
    print("\n".join(failures[:50]))
    return 1 if failures else 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    add = parser.add_argument
    add("--minutes", type=float, default=20.0)
    add("--seed", type=int, default=secrets.randbelow(1_000_000), help="of a run to repeat; any if not given")
    add("--rate", type=float, default=RATE, help=f"requests per second at most; {RATE:g} if not given")
    add("--logs", type=Path, default=BY_HAND / "fuzz", help="folder that keeps the logs of the last run")
    return parser.parse_args(argv)


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
