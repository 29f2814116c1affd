"""How often the search for the capacity holds the truth: python -m benchmarks.capacity [searches]

Searches for the known capacity of simulated queues, each trial judged by the code that judges measured ones. The goal
is a p95 of the time until a picture is ready, the one that the queue has at the true utilisation.
"""

import math
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.calibration.expected_times import fifo
from analysis.capacity.results import Goal, outcome
from analysis.console import print_anything
from analysis.data.model import Cell, Trial, Window
from analysis.metrics.percentiles import percentile
from analysis.validity.verdict import verdict_on
from loadtests.experiment.capacity_search import CapacityBounds, Outcome, Step, search

SHARE, MEAN_S, WARMUP_S, DRAIN_S, LATE_S = 0.95, 0.25, 10.0, 4.0, 0.05


@dataclass(frozen=True)
class Server:
    """M/M/c or M/D/c. client: the share of the capacity beyond which the load generator is LATE_S late."""

    law: str
    places: int
    utilisation: float
    client: float = math.inf

    @property
    def capacity(self) -> float:
        """The true one [pictures/s]."""
        return self.utilisation * self.places / MEAN_S


STRONG = (Server("M", 2, 0.8), Server("M", 4, 0.85), Server("D", 2, 0.85), Server("D", 4, 0.88))
SERVERS = (*STRONG, Server("M", 2, 0.8, client=0.6), Server("D", 4, 0.88, client=0.9))


def goal_s(server: Server, count: int = 2_000_000) -> float:
    """The p95 at the capacity [s]: exact for M/M/c, as in coverage.py; for M/D/c from one long simulation."""
    if server.law != "M":
        due = np.cumsum(np.random.default_rng(1).exponential(1 / server.capacity, count))
        return percentile(pd.Series(fifo(due, np.full(count, MEAN_S), server.places) - due)[1000:], SHARE)
    offered, spare = server.places * server.utilisation, server.places * (1 - server.utilisation)
    busy = offered**server.places / math.factorial(server.places) / (1 - server.utilisation)
    waits = busy / (busy + sum(offered**n / math.factorial(n) for n in range(server.places)))
    t = np.linspace(0, 100, 1_000_001)
    longer = np.exp(-t) + waits * (np.exp(-spare * t) - np.exp(-t)) / (1 - spare)
    return MEAN_S * float(t[np.argmax(longer <= 1 - SHARE)])


def trial(server: Server, step: Step, draw: np.random.Generator) -> Trial:
    """One trial in virtual time, with the rows that a measured one leaves."""
    window = Window(start=WARMUP_S, end=WARMUP_S + step.measure_s)
    end = window.end + DRAIN_S
    due = np.cumsum(draw.exponential(1 / step.rate, int(1.5 * step.rate * end) + 50))
    due = due[due < end]
    sent = due + (LATE_S if step.rate > server.client * server.capacity else 0.0)
    services = draw.exponential(MEAN_S, len(due)) if server.law == "M" else np.full(len(due), MEAN_S)
    finished = fifo(sent, services, server.places)
    done = finished < end
    requests = pd.DataFrame({"id": np.arange(len(due)).astype(str), "due_at": due, "sent_at": sent, "status": 202.0})
    phase = np.where(window.holds(requests["due_at"]), "measure", "other")
    pictures = requests[["id"]].assign(
        received_at=sent, enqueued_at=sent, state=np.where(done, "ready", "queued"), reason=""
    )
    at = {"started_at": np.where(done, finished - services, np.nan), "finished_at": np.where(done, finished, np.nan)}
    rest: dict[str, Any] = {"name": "simulated", "repeat": 1, "started_at": 0.0, "cpu_seconds": {}, "info": {}}
    rest |= {"window": window, "load_stopped_at": end, "broker_remaining": int((~done).sum())}
    rest |= {"backlog": pd.DataFrame(columns=["sampled_at", "waiting", "unacked", "in_database", "done"])}
    rest |= {"requests": requests.assign(answered_at=sent + 0.005, error="", phase=phase)}
    rest |= {"pictures": pictures.assign(**at, executions=1.0)}
    return Trial(cell=Cell(mode="queue", workers=server.places, workload="io", offered_rate=step.rate), **rest)


def judged(measured: Trial, goal: float) -> Outcome:
    """What the code that judges measured trials says."""
    return Outcome(outcome(measured, verdict_on(measured), Goal(clock="ready", share=SHARE, limit_s=goal)))


def searched(server: Server, goal: float, seed: int) -> tuple[CapacityBounds, list[Step]]:
    """One search, from a rate drawn by chance, and the trials that it took."""
    draw = np.random.default_rng(seed)
    searching = search(draw.uniform(0.5, 2.0), highest=64.0)
    steps = [next(searching)]
    try:
        while True:
            steps.append(searching.send(judged(trial(server, steps[-1], draw), goal)))
    except StopIteration as ended:
        return ended.value, steps


def card(searches: int = 30) -> str:
    """The table as Markdown; the client's column is the share of the capacity that it can offer."""
    heads = "server|client|goal [s]|capacity [1/s]|held|too high|too low|no upper end|failed/passed|trials|minutes"
    return "\n".join([f"|{heads}|", "|---" * 11 + "|", *(_row(server, searches) for server in SERVERS)])


def _row(server: Server, searches: int) -> str:
    goal, true = goal_s(server), server.capacity
    found = [searched(server, goal, seed) for seed in range(searches)]
    low, high = np.array([(answer.passed, answer.failed) for answer, _ in found], dtype=float).T
    spent = [(len(steps), sum(step.measure_s for step in steps) / 60) for _, steps in found]
    trials, minutes = np.median(spent, axis=0)
    cells = [f"M/{server.law}/{server.places}", f"{server.client:.0%}", f"{goal:.2f}", f"{true:.2f}"]
    cells += [f"{so.mean():.0%}" for so in ((low <= true) & (true <= high), low > true, high < true, np.isnan(high))]
    cells += [f"{pd.Series(high / low).median():.2f}", f"{trials:.0f}", f"{minutes:.0f}"]
    return f"| {' | '.join(cells)} |".replace("inf%", "any").replace("nan", "-")


if __name__ == "__main__":
    print_anything()
    print(card(*map(int, sys.argv[1:])))
