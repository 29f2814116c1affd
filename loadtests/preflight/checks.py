"""Reads the machine and has each reading judged; nothing is started for it."""

import importlib.metadata
import platform
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from loadtests.errors import StackError
from loadtests.file_lock import held
from loadtests.machine import provenance
from loadtests.preflight import judgements
from loadtests.preflight.judgements import Check
from loadtests.stack.process.ports import claim
from loadtests.stack.stack_file import ROOT, read_info

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
    yield judgements.on_packages({name: _version(name) for name in PACKAGES}, locked(), platform.python_version())
    yield leftover(stack_file)
    yield measuring(results)
    yield from (port_is_free(port, fix) for port, fix in PORTS.items())
    yield judgements.on_cores(provenance.cores())
    yield judgements.on_memory(psutil.virtual_memory().available / GIB)
    yield judgements.on_disk(shutil.disk_usage(ROOT).free / GIB)
    yield judgements.on_others(psutil.cpu_percent(interval=LISTEN_S))
    yield judgements.on_power(_plugged())
    yield judgements.on_heat(_hottest())


def leftover(stack_file: Path) -> Check:
    """Whether a stack of an earlier lesson is still up."""
    try:
        told, good = f"{read_info(stack_file).url} is up", False
    except StackError:
        told, good = "none", True
    return Check(what="stack left over", good=good, told=told, fix="make down")


def measuring(results: Path) -> Check:
    """Whether something is being measured into the folder of all results."""
    busy = [path.name.strip(".").removesuffix(".lock") for path in sorted(results.glob(".*.lock")) if held(path)]
    told = ", ".join(busy) or "none"
    return Check(what="other measurement", good=not busy, told=told, fix="wait until it has ended, or stop it: Ctrl-C")


def port_is_free(port: int, fix: str) -> Check:
    try:
        claim(port)
    except StackError:
        return Check(what=f"port {port}", good=False, told="taken", fix=fix)
    return Check(what=f"port {port}", good=True, told="free", fix=fix)


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
