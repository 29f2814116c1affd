"""How many uploads one load process sends, against Locust's own fast client: python -m benchmarks.speed

Both send the workload's pictures to a server that answers at once. Locust's FastHttpUser with files= sends as fast as
it can, in a closed loop, over connections that it keeps, and then over a new one for each upload, as Queuelab does;
Queuelab's rate counts as long as no upload leaves late. Where `ab` is on the PATH, a client in C shows how much the
server can take at all.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from analysis.console import print_anything
from loadtests import ROOT
from loadtests.calibration.cases import SEED, rate_case
from loadtests.calibration.reference_server import ReferenceModel
from loadtests.calibration.reference_stack import ReferenceStack
from loadtests.calibration.runner import run_case
from loadtests.planning.configuration import Configuration
from loadtests.stack.base import StackSpec
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.process_group import Command, ProcessGroup
from loadtests.workload.pictures import payloads, photos
from loadtests.workload.presets import WORKLOADS

RATES = (1200, 1600, 2000, 2400, 2800, 3200, 3600, 4000, 4400)
USERS, RUN_S, ROUNDS = 50, 8, 3
AB_UPLOADS, AB_CONNECTIONS = 10_000, 16
TARGET = 2.0


@dataclass(frozen=True)
class Speed:
    """Uploads per second, and per second of the load process's own CPU time."""

    per_s: float
    per_cpu_s: float


def ours(folder: Path) -> Speed:
    """The highest rate that was kept; the next ones are not tried."""
    best = Speed(0.0, 0.0)
    for rate in RATES:
        record = run_case(rate_case(rate, quick=False), folder)
        if record["verdict"]["name"].startswith("INVALID"):
            break
        window_s = record["phases"]["measure_until"] - record["phases"]["measure_from"]
        best = Speed(record["achieved_rate"], record["achieved_rate"] * window_s / record["cpu_seconds"]["load"])
    return best


def stock(folder: Path, connection: str) -> Speed:
    """What Locust reports of its own users, who wait for nothing but their answers."""
    with _server(folder) as url:
        group = ProcessGroup(folder / "logs")
        try:
            child = group.start(_locust(url, folder, connection))
            used_s = _cpu_s(psutil.Process(child.pid))
            group.finish(child, 60.0)
        finally:
            group.close(1.0)
    row = next(csv.DictReader((folder / "table_stats.csv").read_text(encoding="utf-8").splitlines()))
    sent = int(row["Request Count"]) - int(row["Failure Count"])
    return Speed(float(row["Requests/s"]), sent / used_s)


def most(folder: Path) -> Speed | None:
    """What a client in C gets through, with a connection for each upload; None without `ab`."""
    if not shutil.which("ab"):
        return None
    payload = payloads(photos(WORKLOADS["io"]))[0]
    with _server(folder) as url:
        (folder / "body").write_bytes(payload.body)
        options = ["-q", "-n", str(AB_UPLOADS), "-c", str(AB_CONNECTIONS), "-T", payload.content_type]
        before = os.times()
        done = subprocess.run(
            ["ab", *options, "-p", str(folder / "body"), f"{url}/pictures/sync/"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
        )
        after = os.times()
    used_s = after.children_user + after.children_system - before.children_user - before.children_system
    found = re.search(r"Requests per second:\s+([\d.]+)", done.stdout)
    return Speed(float(found[1]), AB_UPLOADS / used_s) if found else None


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A server that answers at once; its URL."""
    spec = StackSpec(**Configuration(mode="sync", workers=1, stack="truth").levels(), seed=SEED)
    with ReferenceStack(ReferenceModel(seed=SEED), spec, folder / "stack", folder / "logs") as info:
        yield info.url


def _cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process at its end, start-up included."""
    used = process.cpu_times()
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        used = process.cpu_times()
        time.sleep(0.1)
    return float(used.user + used.system)


def _locust(url: str, folder: Path, connection: str) -> Command:
    options = (
        "--users",
        USERS,
        "--spawn-rate",
        USERS,
        "--run-time",
        f"{RUN_S}s",
        "--wait",
        "none",
        "--connection",
        connection,
    )
    files = ("--locustfile", ROOT / "loadtests" / "scenarios" / "plain_locust.py", "--csv", folder / "table")
    argv = (sys.executable, "-m", "locust", "--headless", "--only-summary", "--host", url, *options, *files)
    return Command(name="locust", argv=tuple(map(str, argv)), cwd=ROOT, env=inherited() | {"HOME": str(folder)})


def main() -> int:
    """Side by side, round by round; 1 if the target is missed."""
    ratios = []
    columns = ("round", "Queuelab", "FastHttpUser", "FastHttpUser, new connections", "ab")
    columns += ("uploads per CPU second (same order)", "ratio")
    print(f"| {' | '.join(columns)} |")
    print("| --- " * len(columns) + "|")
    for number in range(1, ROUNDS + 1):
        with tempfile.TemporaryDirectory(prefix="queuelab-speed-") as place:
            speeds = [ours(Path(place) / "ours")]
            speeds += [stock(Path(place) / connection, connection) for connection in ("keep-alive", "close")]
            speeds += [most(Path(place)) or Speed(float("nan"), float("nan"))]
        ratios.append(speeds[0].per_s / speeds[1].per_s)
        sent, used = ([f"{getattr(speed, name):.0f}" for speed in speeds] for name in ("per_s", "per_cpu_s"))
        print(f"| {number} | {' | '.join(sent)} | {', '.join(used)} | {ratios[-1]:.2f} |", flush=True)
    print(f"\nRatios {min(ratios):.2f} to {max(ratios):.2f}; target {TARGET:g}.")
    return 0 if min(ratios) >= TARGET else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
