"""Runs other load generators against the same stall, and records what they report."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from loadtests import ROOT
from loadtests.calibration.cases import SEED
from loadtests.calibration.reference_server import ReferenceModel
from loadtests.calibration.reference_stack import ReferenceStack
from loadtests.errors import QueuelabError, TrialError
from loadtests.format import amount
from loadtests.planning.configuration import Configuration
from loadtests.stack.base import StackSpec
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.process_group import Command, ProcessGroup
from loadtests.workload.pictures import payloads, photos
from loadtests.workload.presets import WORKLOADS

RATE, LENGTH_S = 100, 50
STALL = ReferenceModel(seed=SEED, mean_s=0.001, stall_s=5, stall_after_s=20)
COLUMNS = {"p50": "50%", "p95": "95%", "p99": "99%"}

#: How long Locust may take beyond the load: to start, to end its users and to write its files.
ALLOWANCE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class PlainLocust:
    """One way to configure Locust for RATE uploads per second."""

    wait: str
    users: int

    @property
    def name(self) -> str:
        return f"{self.wait}-{self.users}"

    @property
    def title(self) -> str:
        return f"Locust, {self.wait}, {amount(self.users, 'user')}"


WAYS = (
    *(PlainLocust(wait="constant_pacing", users=users) for users in (10, 100, 1000)),
    PlainLocust(wait="constant_throughput", users=10),
)


def true_s(share: float) -> float:
    """The percentile of evenly spaced arrivals at a server that stalls once [s]: all that are due in the stall wait
    for its end, so d (1 - (1 - q) T / d) for a stall of d in T seconds, and the service time below it."""
    waits = STALL.stall_s - (1 - share) * LENGTH_S
    return max(0.0, waits) + STALL.mean_s


def reported_by_locust(way: PlainLocust, folder: Path) -> Iterator[tuple[str, float]]:
    """Yield the percentiles that Locust itself reports, by name [s]."""
    place = folder.resolve() / f"plain-locust-{way.name}"
    with stalling(place) as url:
        group = ProcessGroup(place / "logs")
        try:
            group.finish(group.start(_locust(way, url, place)), LENGTH_S + ALLOWANCE_S)
        finally:
            group.close(1.0)
    rows = list(csv.DictReader((place / "table_stats.csv").read_text(encoding="utf-8").splitlines()))
    if not rows or rows[0]["Name"] == "Aggregated":
        raise TrialError(f"Locust sent nothing; see {place / 'logs'}.")
    for name, column in COLUMNS.items():
        yield name, float(rows[0][column]) / 1000


@contextmanager
def stalling(place: Path) -> Iterator[str]:
    """Start a server that stalls once, with its files in `place`; give its URL."""
    place.mkdir(parents=True, exist_ok=True)
    spec = StackSpec(**Configuration(mode="sync", workers=1, stack="truth").levels(), seed=SEED)
    with ReferenceStack(STALL, spec, place / "stack", place / "logs") as info:
        yield info.url


def _locust(way: PlainLocust, url: str, place: Path) -> Command:
    arguments: dict[str, object] = {
        "--locustfile": ROOT / "loadtests" / "scenarios" / "plain_locust.py",
        "--host": url,
        "--users": way.users,
        "--spawn-rate": way.users,
        "--run-time": f"{LENGTH_S}s",
        "--stop-timeout": 10,
        "--wait": way.wait,
        "--each-s": way.users / RATE,
        "--csv": place / "table",
    }
    options = [str(part) for pair in arguments.items() for part in pair]
    return Command(
        name="locust",
        argv=(sys.executable, "-m", "locust", "--headless", "--only-summary", *options),
        cwd=ROOT,
        env=inherited() | {"HOME": str(place)},
    )


#: Connections of each tool: with ten a closed loop hides the stall, which is what is to be shown.
CONNECTIONS = 10

#: Percentiles as wrk2 and hey print them, in seconds.
UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A command and what its output says: percentile names with seconds.

    command: from the URL, the content type and a file with the body.
    """

    name: str
    command: Callable[[str, str, Path], list[str]]
    read: Callable[[str], dict[str, float]]

    @property
    def title(self) -> str:
        return f"{self.name}, {CONNECTIONS} connections"


def _hey(url: str, content_type: str, body: Path) -> list[str]:
    rate = ["-z", f"{LENGTH_S}s", "-c", str(CONNECTIONS), "-q", str(RATE // CONNECTIONS), "-t", "30"]
    return ["hey", *rate, "-m", "POST", "-T", content_type, "-D", str(body), url]


def _autocannon(url: str, content_type: str, body: Path) -> list[str]:
    rate = ["-d", str(LENGTH_S), "-c", str(CONNECTIONS), "-R", str(RATE), "-t", "30", "--json"]
    return ["autocannon", *rate, "-m", "POST", "-H", f"Content-Type={content_type}", "-i", str(body), url]


def _wrk2(url: str, content_type: str, body: Path) -> list[str]:
    script = body.with_suffix(".lua")
    script.write_text(
        f'local file = io.open("{body}", "rb")\n'
        'wrk.method, wrk.body = "POST", file:read("*all")\n'
        f'wrk.headers["Content-Type"] = "{content_type}"\n',
        encoding="utf-8",
    )
    rate = ["-t1", f"-c{CONNECTIONS}", f"-d{LENGTH_S}s", f"-R{RATE}", "--latency", "--timeout", "30s"]
    return ["wrk2", *rate, "-s", str(script), url]


def _read_hey(out: str) -> dict[str, float]:
    return {f"p{share}": float(seconds) for share, seconds in re.findall(r"(\d+)%+ in ([\d.]+) secs", out)}


def _read_autocannon(out: str) -> dict[str, float]:
    latency = json.loads(out)["latency"]
    return {name: latency[name] / 1000 for name in ("p50", "p99")}


def _read_wrk2(out: str) -> dict[str, float]:
    found = re.findall(r"(50|99)\.000%\s+([\d.]+)(us|ms|s|m)\b", out)
    return {f"p{share}": float(value) * UNITS_S[unit] for share, value, unit in found}


TOOLS = (
    Tool(name="hey", command=_hey, read=_read_hey),
    Tool(name="autocannon", command=_autocannon, read=_read_autocannon),
    Tool(name="wrk2", command=_wrk2, read=_read_wrk2),
)


def found_tools() -> list[Tool]:
    return [tool for tool in TOOLS if shutil.which(tool.name)]


def reported(tool: Tool, folder: Path) -> Iterator[tuple[str, float]]:
    """Yield the median and the p99 that a tool reports [s].

    Raises TrialError where it tells none.
    """
    place = folder.resolve() / f"other-{tool.name}"
    payload, body = payloads(photos(WORKLOADS["io"]))[0], place / "body"
    with stalling(place) as url:
        body.write_bytes(payload.body)
        done = _run(tool.command(f"{url}/pictures/sync/", payload.content_type, body))
    percentiles = tool.read(done.stdout) if done.returncode == 0 else {}
    if not {"p50", "p99"} <= set(percentiles):
        raise TrialError(f"{tool.name} reported no percentiles: {done.stderr[-300:] or done.stdout[-300:]}")
    yield from ((name, percentiles[name]) for name in ("p50", "p99"))


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    limit_s = LENGTH_S + ALLOWANCE_S
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TrialError(f"{command[0]} did not finish within {limit_s:g} s.") from error


#: A tool that is not ours may end badly, never, or print anything at all.
MISBEHAVIOUR = (QueuelabError, OSError, ValueError, LookupError, TypeError)

#: So much of a reason is kept.
REASON_CHARACTERS = 160

#: Percentile names with seconds.
Percentiles = Iterator[tuple[str, float]]


def compared(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield rows like those of checks; they always pass, because the tools are not ours."""
    for way in WAYS:
        yield from _rows(way.title, partial(reported_by_locust, way, folder), folder)
    for tool in found_tools():
        yield from _rows(tool.title, partial(reported, tool, folder), folder)


def _rows(title: str, ask: Callable[[], Percentiles], folder: Path) -> Iterator[dict[str, Any]]:
    try:
        percentiles = list(ask())
    except MISBEHAVIOUR as error:
        # Reports are passed on: where this machine keeps its files is nobody's business.
        reason = " ".join(str(error).replace(f"{folder.resolve()}/", "").split())[:REASON_CHARACTERS]
        yield _row(f"reported by {title}, one stall: nothing. {reason}", None, None)
        return
    for name, measured_s in percentiles:
        yield _row(f"reported by {title}, one stall, {name}", measured_s, true_s(int(name[1:]) / 100))


def _row(what: str, measured_s: float | None, true_s: float | None) -> dict[str, Any]:
    row = {"code": "C5", "what": what, "measured": measured_s, "unit": "s", "truth": true_s}
    return row | {"limit": None, "at_least": False, "passed": True}
