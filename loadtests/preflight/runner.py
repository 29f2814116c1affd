"""The preflight: every check in a line, then the numbers to expect; all kept for the teacher's notes."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from loadtests.clock import Clock
from loadtests.file_lock import exclusive
from loadtests.machine.stored import whose
from loadtests.preflight import expecting, judgements
from loadtests.preflight.checks import measuring, readings
from loadtests.preflight.judgements import Check
from loadtests.preflight.starting import starts
from loadtests.recording import result_folder
from loadtests.stack.stack_file import BY_HAND


def preflight(folder: Path, say: Callable[[str], None], home: Path = BY_HAND) -> bool:
    """Whether all is green; what was seen is said line by line, and kept in `preflight.json` and `prediction.csv`.

    home: where a stack that was started by hand has its files.
    """
    with exclusive(home / "preflight.lock", "Another preflight is going on. Wait until it has ended."):
        anchor = Clock.anchored()
        checks = list(_said(readings(folder.parent, home / "stack.json"), say))
        if measuring(folder.parent).good:
            checks += _said(_started(folder, home / "preflight", anchor), say)
            for told in expecting.told(folder):
                say(told)
        else:
            say("Nothing was started, so as not to disturb it.")
        _keep(checks, folder)
    red = sum(not check.good for check in checks)
    say(f"RED: {red} of {len(checks)} checks." if red else f"Green: {len(checks)} checks.")
    return not red


def _started(folder: Path, logs: Path, anchor: Clock) -> Iterator[Check]:
    shutil.rmtree(logs, ignore_errors=True)
    yield from starts(logs)
    folder.mkdir(parents=True, exist_ok=True)
    expecting.expect(folder)
    yield judgements.on_clock((Clock.anchored().offset_ns - anchor.offset_ns) / 1e9)


def _said(checks: Iterable[Check], say: Callable[[str], None]) -> Iterator[Check]:
    for check in checks:
        say(line(check))
        yield check


def _keep(checks: Sequence[Check], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    checked_at = datetime.now(UTC).isoformat(timespec="seconds")
    result_folder.write_json(
        folder / "preflight.json", {"checked_at": checked_at, "checks": [asdict(each) for each in checks]} | whose()
    )


def line(check: Check) -> str:
    """One check in a line; a red one ends with what to do."""
    mend = "" if check.good else f". To mend it: {check.fix}"
    return f"{'ok ' if check.good else 'RED'}  {check.what}: {check.told}{mend}"
