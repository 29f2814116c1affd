"""The preflight: every check in a line, then the numbers to expect; all kept for the teacher's notes."""

import csv
import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from loadtests.clock import Clock
from loadtests.experiment.baseline import BARE, measure_bare
from loadtests.file_lock import exclusive
from loadtests.machine import provenance
from loadtests.machine.provenance import whose
from loadtests.planning.reader import read_plan
from loadtests.preflight import checks as judgements
from loadtests.preflight.checks import Check, measuring, readings, starts
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import predict
from loadtests.stack.stack_file import BY_HAND, ROOT

PLAN = ROOT / "loadtests" / "plans" / "demo.toml"
PREDICTION = "prediction.csv"
#: As if the lesson's trials were so long; bare work takes a share of it.
AS_LONG_S = 5.0


def expect(folder: Path) -> None:
    """Leave bare.csv and prediction.csv for the lesson's plan in a folder, in place of older ones."""
    experiment = read_plan(PLAN)
    (folder / BARE).unlink(missing_ok=True)
    measure_bare(replace(experiment, phases=replace(experiment.phases, measure_s=AS_LONG_S)), folder, None)
    predict(folder, experiment.cells(), provenance.cores())


def told(folder: Path) -> Iterator[str]:
    """The numbers in lines: what queue mode should finish and how long a picture should take, by workers."""
    with (folder / PREDICTION).open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["mode"] == "queue"]
    yield f"Expected here at {float(rows[0]['offered_rate']):g} uploads/s, from the work alone:"
    yield "  workers   finished/s   ready time, median"
    for row in rows:
        ready_s = float(row["ready_p50_s"])
        ready = "grows without limit" if math.isinf(ready_s) else f"{ready_s:.2f} s"
        yield f"  {row['workers']:>7}   {float(row['throughput']):10.1f}   {ready}"


def preflight(folder: Path, say: Callable[[str], None], home: Path = BY_HAND) -> bool:
    """Whether all is green; what was seen is said line by line, and kept in `preflight.json` and `prediction.csv`.

    home: where a stack that was started by hand has its files.
    """
    with exclusive(home / "preflight.lock", "Another preflight is going on. Wait until it has ended."):
        anchor = Clock.anchored()
        checks = list(_said(readings(folder.parent, home / "stack.json"), say))
        if measuring(folder.parent).good:
            checks += _said(_started(folder, home / "preflight", anchor), say)
            for line_told in told(folder):
                say(line_told)
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
    expect(folder)
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
