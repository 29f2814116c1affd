"""What other load generators report of the stall, where they are on the PATH."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loadtests.calibration.stock import ALLOWANCE_S, LENGTH_S, RATE, stalling
from loadtests.errors import TrialError
from loadtests.workload.payloads import payloads
from loadtests.workload.pictures import photos
from loadtests.workload.presets import WORKLOADS

#: Connections of each tool: with ten a closed loop hides the stall, which is what is to be shown.
CONNECTIONS = 10

#: Percentiles as wrk2 and hey print them, in seconds.
UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A command and what its output says: percentile names with seconds.

    command: from the address, the content type and a file with the body.
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
    """The median and the p99 that a tool reports of the stall [s].

    Raises TrialError where it tells none.
    """
    place = folder.resolve() / f"other-{tool.name}"
    payload, body = payloads(photos(WORKLOADS["io"]))[0], place / "body"
    with stalling(place) as url:
        body.write_bytes(payload.body)
        done = _run(tool.command(f"{url}/pictures/sync/", payload.content_type, body))
    told = tool.read(done.stdout) if done.returncode == 0 else {}
    if not {"p50", "p99"} <= set(told):
        raise TrialError(f"{tool.name} has reported no percentiles: {done.stderr[-300:] or done.stdout[-300:]}")
    yield from ((name, told[name]) for name in ("p50", "p99"))


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    limit_s = LENGTH_S + ALLOWANCE_S
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TrialError(f"{command[0]} had not ended after {limit_s:g} s.") from error
