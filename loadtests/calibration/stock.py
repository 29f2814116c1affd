"""What Locust reports by its own means of a server that stalls: the error that an open load is there to avoid."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtests.calibration.cases import SEED
from loadtests.calibration.reference_server import Truth
from loadtests.calibration.reference_stack import TruthStack
from loadtests.errors import TrialError
from loadtests.format import amount
from loadtests.planning.configuration import Configuration
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.process_group import Command, Family
from loadtests.stack.site import StackSpec
from loadtests.stack.stack_file import ROOT

RATE, LENGTH_S = 100, 50
STALL = Truth(seed=SEED, mean_s=0.001, stall_s=5, stall_after_s=20)
COLUMNS = {"p50": "50%", "p95": "95%", "p99": "99%"}

#: How long Locust may take beyond the load: to start, to end its users and to write its files.
ALLOWANCE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Stock:
    """One way to ask Locust for RATE uploads per second."""

    wait: str
    users: int

    @property
    def name(self) -> str:
        return f"{self.wait}-{self.users}"

    @property
    def title(self) -> str:
        return f"Locust, {self.wait}, {amount(self.users, 'user')}"


WAYS = (
    *(Stock(wait="constant_pacing", users=users) for users in (10, 100, 1000)),
    Stock(wait="constant_throughput", users=10),
)


def true_s(share: float) -> float:
    """The percentile of evenly spaced arrivals at a server that stalls once [s]: all that are due in the stall wait
    for its end, so d (1 - (1 - q) T / d) for a stall of d in T seconds, and the service time below it."""
    waits = STALL.stall_s - (1 - share) * LENGTH_S
    return max(0.0, waits) + STALL.mean_s


def reported_by_locust(way: Stock, folder: Path) -> Iterator[tuple[str, float]]:
    """The percentiles that Locust itself writes down, by name [s]."""
    place = folder.resolve() / f"stock-{way.name}"
    with stalling(place) as url:
        family = Family(place / "logs")
        try:
            family.finish(family.start(_locust(way, url, place)), LENGTH_S + ALLOWANCE_S)
        finally:
            family.close(1.0)
    rows = list(csv.DictReader((place / "table_stats.csv").read_text(encoding="utf-8").splitlines()))
    if not rows or rows[0]["Name"] == "Aggregated":
        raise TrialError(f"Locust has sent nothing; see {place / 'logs'}.")
    for name, column in COLUMNS.items():
        yield name, float(rows[0][column]) / 1000


@contextmanager
def stalling(place: Path) -> Iterator[str]:
    """A server that stalls once, with its files in `place`; its address."""
    place.mkdir(parents=True, exist_ok=True)
    spec = StackSpec(**Configuration(mode="sync", workers=1, stack="truth").levels(), seed=SEED)
    with TruthStack(STALL, spec, place / "stack", place / "logs") as info:
        yield info.url


def _locust(way: Stock, url: str, place: Path) -> Command:
    arguments: dict[str, object] = {
        "--locustfile": ROOT / "loadtests" / "scenarios" / "stock.py",
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
