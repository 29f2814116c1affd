"""How often a trial gets which verdict: python -m benchmarks.verdicts [trials]

Simulated queues of the workload io whose utilisation is known, each trial judged by the code that judges measured ones.
"""

import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.calibration.expected_times import fifo
from analysis.console import print_anything
from analysis.data.model import Cell, Trial, Window
from analysis.validity.verdict import OVERLOADED, UNDECIDED, VALID, verdict_on

#: Of the time that a worker takes for a picture: mean in seconds and coefficient of variation.
MEAN_S, SPREAD = 0.26, 0.1
DRAIN_S, ANSWER_S = 4.0, 0.005

Phases = tuple[float, float]
#: Warm-up and window [s]: the demo's, and longer ones.
PHASES: Sequence[Phases] = ((3.0, 12.0), (5.0, 30.0), (10.0, 60.0))
PLACES, UTILISATIONS = (1, 4, 12), (0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.1, 1.2)


def simulated(utilisation: float, places: int, phases: Phases, seed: int, mode: str = "queue") -> Trial:
    """One trial in virtual time, with the rows that a measured one leaves."""
    end, measured = sum(phases) + DRAIN_S, Window(start=phases[0], end=sum(phases))
    draw, rate = np.random.default_rng([seed, places]), utilisation * places / MEAN_S
    due = np.cumsum(draw.exponential(1 / rate, int(1.5 * rate * end) + 50))
    due = due[due < end]
    services = draw.lognormal(np.log(MEAN_S) - SPREAD**2 / 2, SPREAD, len(due))
    finished = fifo(due, services, places)
    return Trial(
        name="simulated",
        cell=Cell(mode=mode, workers=places, workload="io", offered_rate=rate),
        repeat=1,
        started_at=0.0,
        window=measured,
        load_stopped_at=end,
        cpu_seconds={},
        broker_remaining=int((finished >= end).sum()) if mode == "queue" else None,
        requests=_requests(due, finished if mode == "sync" else due, measured, mode),
        pictures=_pictures(due, finished, services, mode, end),
        backlog=pd.DataFrame(columns=["sampled_at", "waiting", "unacked", "in_database", "done"]),
        info={},
    )


def _requests(due: np.ndarray, done: np.ndarray, measured: Window, mode: str) -> pd.DataFrame:
    answered, end = done + ANSWER_S, measured.end + DRAIN_S
    rows = pd.DataFrame({"id": np.arange(len(due)).astype(str), "due_at": due, "sent_at": due, "error": ""})
    return rows.assign(
        phase=np.where(measured.holds(rows["due_at"]), "measure", "other"),
        answered_at=np.where(answered < end, answered, np.nan),
        status=np.where(answered < end, 201.0 if mode == "sync" else 202.0, np.nan),
    )


def _pictures(due: np.ndarray, finished: np.ndarray, services: np.ndarray, mode: str, end: float) -> pd.DataFrame:
    begun = finished - services
    rows = pd.DataFrame(
        {
            "id": np.arange(len(due)).astype(str),
            "received_at": begun if mode == "sync" else due,
            "enqueued_at": np.nan if mode == "sync" else due,
            "started_at": np.where(begun < end, begun, np.nan),
            "finished_at": np.where(finished < end, finished, np.nan),
            "state": np.select([finished < end, begun < end], ["ready", "processing"], "queued"),
            "executions": (begun < end).astype(float),
            "reason": "",
        }
    )
    return rows[begun < end] if mode == "sync" else rows


def table(trials: int = 100) -> str:
    """VALID / UNDECIDED / OVERLOADED of so many trials in percent, as Markdown."""
    heads = ["window [s]", "workers", *map(str, UTILISATIONS)]
    rows = [
        [f"{phases[1]:g}", str(places), *(_shares(utilisation, places, phases, trials) for utilisation in UTILISATIONS)]
        for phases in PHASES
        for places in PLACES
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))


def _shares(utilisation: float, places: int, phases: Phases, trials: int) -> str:
    names = [verdict_on(simulated(utilisation, places, phases, seed)).name for seed in range(trials)]
    return " / ".join(f"{100 * names.count(name) / trials:.0f}" for name in (VALID, UNDECIDED, OVERLOADED))


if __name__ == "__main__":
    print_anything()
    print(table(*map(int, sys.argv[1:])))
