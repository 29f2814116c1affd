"""Writes a whole experiment folder whose truth is known: a simulated first-in-first-out queue."""

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.api import write_predictions

START = 1_763_900_000.0
ACCEPT_S = 0.012
HAND_OVER_S = 0.004
#: Of the time of a worker, until it calls the external resource.
OWN_SHARE = 0.1
FACTORS = ("stack", "broker", "queue_type", "database", "web_threads", "prefetch", "broker_delay_s")
# What the made trials do not write down, as older ones do not.
LATER_FACTORS = ("append_only", "profile", "fault")


@dataclass(frozen=True, kw_only=True)
class Made:
    """What to simulate: Poisson arrivals at c servers with nearly constant service times.

    Of the pictures every `fails_every`th turns out to be damaged.
    """

    mode: str = "queue"
    workers: int = 4
    repeat: int = 1
    workload: str = "io"
    offered_rate: float = 10.0
    service_s: float = 0.29
    warmup_s: float = 2.0
    measure_s: float = 12.0
    drain_limit_s: float = 5.0
    seed: int = 1
    stack: str = "local"
    broker: str = "redis"
    queue_type: str = "classic"
    database: str = "sqlite"
    web_threads: int = 1
    prefetch: int = 1
    broker_delay_s: float = 0.0
    accept_s: float = ACCEPT_S
    noise: float = 0.0
    fails_every: int = 0

    @property
    def name(self) -> str:
        return "-".join([self.mode, f"w{self.workers}", *self.unusual.values(), f"r{self.repeat}"])

    @property
    def cell(self) -> dict[str, Any]:
        """What trial.json says of it; what is as it always was is left out, as in an older trial."""
        loaded = {"workload": self.workload, "offered_rate": self.offered_rate}
        unusual = {name: getattr(self, name) for name in self.unusual}
        return {"mode": self.mode, "workers": self.workers} | loaded | unusual

    @property
    def unusual(self) -> dict[str, str]:
        levels = {name: getattr(self, name) for name in FACTORS}
        return {name: str(level) for name, level in levels.items() if level != getattr(Made, name)}

    @property
    def own_pace(self) -> float:
        """By how much this trial is slower than the plan, by chance: `noise` is the SD of its logarithm."""
        which = [self.seed, self.workers, *map(ord, self.name)]
        return float(np.exp(np.random.default_rng(which).normal(0, self.noise))) if self.noise else 1.0


def write_experiment(folder: Path, made: Sequence[Made], *, by_hand: bool = False) -> Path:
    """Simulates each trial and writes everything that a real experiment leaves behind."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in made:
        write_trial(folder / each.name, each)
    (folder / "experiment.json").write_text(json.dumps(_experiment(folder.name, made, by_hand=by_hand)))
    return folder


def both_modes(workers: Sequence[int] = (1, 2, 4, 8), **what: Any) -> list[Made]:
    """One trial of each mode at each worker count."""
    return [Made(mode=mode, workers=count, **what) for count in workers for mode in ("sync", "queue")]


def repeated(made: Sequence[Made], repeats: int) -> list[Made]:
    """The same cells again, each repeat with its own arrivals."""
    return [replace(each, repeat=n, seed=each.seed + n) for n in range(1, repeats + 1) for each in made]


def both_brokers(made: Sequence[Made], slower: float) -> list[Made]:
    """The same cells with Redis and with RabbitMQ, behind which the queue answers so many times slower."""
    return [*made, *(replace(each, broker="rabbitmq", accept_s=slower * each.accept_s) for each in made)]


def both_stacks(made: Sequence[Made], slower: float = 1.3) -> list[Made]:
    """The same cells as processes and in containers, in which the queue answers so many times slower."""
    return [*made, *(replace(each, stack="compose", accept_s=slower * each.accept_s) for each in made)]


def with_delays(made: Sequence[Made], delays_s: Sequence[float]) -> list[Made]:
    """The same cells with their broker so far away: an answer waits for the message to go there and back."""
    return [replace(each, broker_delay_s=far, accept_s=each.accept_s + 2 * far) for far in delays_s for each in made]


def at_rates(made: Sequence[Made], rates: Sequence[float]) -> list[Made]:
    """The same cells at each offered rate, told apart by their repeat."""
    return [replace(each, offered_rate=rate, repeat=n) for n, rate in enumerate(rates, 1) for each in made]


def write_controls(folder: Path, made: Sequence[Made]) -> None:
    """Each of these cells a second time, with answers that take 2 % longer."""
    for each in made:
        place = folder / each.name.replace("-r", "-control-r")
        write_trial(place, replace(each, accept_s=1.02 * each.accept_s))
        record = json.loads((place / "trial.json").read_text())
        (place / "trial.json").write_text(json.dumps(record | {"name": place.name, "control": True}))


def write_bare(
    folder: Path, service_s: float = 0.29, cpu_s: float = 0.017, also: Sequence[int] = (), slower: float = 1.0
) -> None:
    """What one bare process, and `also` so many at once, did before the trials, and the predictions made of it.

    Several at once take so many times as long.
    """
    rows = [
        f"io,{count},{process},{end - took_s * (0.95 + 0.1 * (n % 2))},{end},{cpu_s}"
        for count in (1, *also)
        for took_s in [service_s * (slower if count > 1 else 1.0)]
        for process in range(count)
        for n, end in enumerate(START - 100 + took_s * n for n in range(40))
    ]
    (folder / "baseline.csv").write_text("\n".join(["workload,processes,process,started_at,finished_at,cpu_s", *rows]))
    cells = {json.dumps(json.loads(path.read_text())["cell"]) for path in folder.glob("*/trial.json")}
    write_predictions(folder, [json.loads(cell) for cell in sorted(cells)], cores=2)


def undecided(workers: int, **what: Any) -> Made:
    """A trial whose workers are just as busy as they can be."""
    return Made(workers=workers, service_s=workers / Made.offered_rate, **what)


def write_trial(folder: Path, made: Made) -> Path:
    """Simulates one trial and writes its four files."""
    folder.mkdir(parents=True)
    requests = _simulate(made)
    stopped_at = START + made.warmup_s + made.measure_s + _drain_s(requests, made)
    requests = requests[requests["due_at"] < stopped_at]
    _client_rows(requests, made, stopped_at).to_csv(folder / "requests.csv", index=False)
    pictures = _server_rows(requests, made, stopped_at)
    pictures.to_csv(folder / "pictures.csv", index=False)
    _backlog_rows(requests, made, stopped_at).to_csv(folder / "backlog.csv", index=False)
    (folder / "trial.json").write_text(json.dumps(_trial(made, pictures, stopped_at)))
    return folder


def break_books(folder: Path) -> None:
    """Makes a trial invalid: the server forgets its last 20 pictures."""
    path = folder / "pictures.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-20]) + "\n")


def _simulate(made: Made) -> pd.DataFrame:
    """Due, sent, started and finished time of every upload that the plan holds."""
    random = np.random.default_rng(made.seed)
    length_s = made.warmup_s + made.measure_s + made.drain_limit_s
    gaps = random.exponential(1 / made.offered_rate, int(made.offered_rate * length_s * 2) + 50)
    due = np.cumsum(gaps)
    due = START + due[due < length_s]
    service = made.own_pace * made.service_s * np.exp(random.normal(0, 0.05, len(due)))
    arrived = due + 0.001 + HAND_OVER_S
    started, finished, server = _first_in_first_out(arrived, service, made.workers)
    return pd.DataFrame(
        {"due_at": due, "sent_at": due + 0.001, "arrived_at": arrived}
        | {"started_at": started, "finished_at": finished, "server": server}
    )


def _first_in_first_out(
    arrived: np.ndarray, service: np.ndarray, servers: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """When each is begun and ended, and by which server."""
    free_at = [(0.0, server) for server in range(servers)]
    started, by = np.empty_like(arrived), np.empty(len(arrived), dtype=int)
    for n, (at, busy_s) in enumerate(zip(arrived, service, strict=True)):
        free, by[n] = heapq.heappop(free_at)
        started[n] = max(at, free)
        heapq.heappush(free_at, (started[n] + busy_s, int(by[n])))
    return started, started + service, by


def _drain_s(requests: pd.DataFrame, made: Made) -> float:
    """The load goes on until the cohort is done or the limit is hit."""
    until = START + made.warmup_s + made.measure_s
    last = requests.loc[requests["due_at"] < until, "finished_at"].max()
    return float(min(max(last - until, 0.5) + 0.1, made.drain_limit_s))


def _client_rows(requests: pd.DataFrame, made: Made, stopped_at: float) -> pd.DataFrame:
    done = requests["finished_at"] if made.mode == "sync" else requests["sent_at"]
    answered = done + (0.002 if made.mode == "sync" else made.accept_s * made.own_pace)
    in_time = answered <= stopped_at
    since = requests["due_at"] - START
    return pd.DataFrame(
        {
            "id": _ids(requests, made),
            "phase": np.select(
                [since < made.warmup_s, since < made.warmup_s + made.measure_s],
                ["warmup", "measure"],
                "drain",
            ),
            "due_at": requests["due_at"],
            "sent_at": requests["sent_at"],
            "answered_at": answered.where(in_time),
            "status": _status(requests, made).where(in_time),
            "error": np.where(in_time & (_status(requests, made) == 422), '{"reason": "unreadable_image"}', ""),
            "picture": "small.jpg",
        }
    ).astype({"status": "Int64"})


def _damaged(requests: pd.DataFrame, made: Made) -> pd.Series:
    return pd.Series(requests.index % made.fails_every == 0 if made.fails_every else False, requests.index)


def _status(requests: pd.DataFrame, made: Made) -> pd.Series:
    if made.mode == "queue":
        return pd.Series(202, requests.index)
    return pd.Series(np.where(_damaged(requests, made), 422, 201), requests.index)


def _server_rows(requests: pd.DataFrame, made: Made, stopped_at: float) -> pd.DataFrame:
    begun = requests["started_at"] <= stopped_at
    done = requests["finished_at"] <= stopped_at
    damaged = _damaged(requests, made)
    known = begun if made.mode == "sync" else requests["arrived_at"] <= stopped_at
    received = requests["started_at"] if made.mode == "sync" else requests["arrived_at"]
    busy_s = requests["finished_at"] - requests["started_at"]
    return pd.DataFrame(
        {
            "id": _ids(requests, made),
            "trial": made.name,
            "endpoint": made.mode,
            "received_at": received,
            "enqueued_at": received if made.mode == "queue" else np.nan,
            "started_at": requests["started_at"].where(begun),
            "finished_at": requests["finished_at"].where(done),
            "state": np.select([done & damaged, done, begun], ["failed", "ready", "processing"], "queued"),
            "executions": begun.astype(int),
            "reason": np.where(done & damaged, "unreadable_image", ""),
            "external_at": (requests["started_at"] + OWN_SHARE * busy_s).where(done & ~damaged),
            "process_id": ("c0ffee00-" + (100 + requests["server"]).astype(str)).where(begun, ""),
        }
    )[known]


def _backlog_rows(requests: pd.DataFrame, made: Made, stopped_at: float) -> pd.DataFrame:
    at = np.arange(START, stopped_at, 0.5)
    arrived, started, finished = (
        np.searchsorted(np.sort(requests[column]), at) for column in ("arrived_at", "started_at", "finished_at")
    )
    queue = made.mode == "queue"
    return pd.DataFrame(
        {
            "sampled_at": at,
            "waiting": arrived - started if queue else np.nan,
            "unacked": started - finished if queue else np.nan,
            "in_database": arrived - finished if queue else started - finished,
            "done": finished,
            "counted_by": at + 0.004,
        }
    )


def _ids(requests: pd.DataFrame, made: Made) -> list[str]:
    return [f"{made.name}-{n:04d}" for n in range(len(requests))]


def _trial(made: Made, pictures: pd.DataFrame, stopped_at: float) -> dict[str, Any]:
    state = pictures["state"].value_counts()
    left = {"waiting": int(state.get("queued", 0)), "unacked": int(state.get("processing", 0))}
    finished = made.measure_s * min(made.offered_rate, made.workers / made.service_s)
    return {
        "schema": 2,
        "name": made.name,
        "cell": made.cell,
        "repeat": made.repeat,
        "phases": {
            "started_at": START,
            "measure_from": START + made.warmup_s,
            "measure_until": START + made.warmup_s + made.measure_s,
            "load_stopped_at": stopped_at,
            "collected_at": stopped_at + 0.2,
        },
        "offered_rate": made.offered_rate,
        "achieved_rate": made.offered_rate,
        "send_lag": {"p50_s": 0.001, "p99_s": 0.001, "max_s": 0.001},
        "cpu_seconds": _cpu_seconds(made, finished),
        "broker_remaining": left if made.mode == "queue" else None,
        "clock": {"offset_ns": 0},
        "seed": made.seed,
        "plan_sha256": f"{made.seed:064d}",
        "settings": {"prefetch": 1, "acks_late": True, "pool": "prefork"} if made.mode == "queue" else {},
        "outcome": "finished",
    }


def _cpu_seconds(made: Made, finished: float) -> dict[str, float]:
    shared = {"external": 0.004 * finished, "control": 0.2, "load": 0.9}
    if made.mode == "sync":
        return {"web": 0.041 * finished} | shared
    return {
        "web": 0.010 * made.offered_rate * made.measure_s,
        "worker": 0.044 * finished,
        "broker": 0.002 * finished,
    } | shared


def _experiment(name: str, made: Sequence[Made], *, by_hand: bool) -> dict[str, Any]:
    plan = {"name": name, "repeats": 1, "phases": {"warmup_s": 2, "measure_s": 12, "drain_limit_s": 5}}
    return {
        "schema": 2,
        "name": name,
        "question": "What happens to both clocks as workers are added?",
        "plan": None if by_hand else plan,
        "fingerprint": "f" * 64,
        "order": [] if by_hand else [each.name for each in made],
        "seed": 20261123,
        "machine": {"cpu": "Some CPU", "cores": 2, "memory_gib": 7.8, "os": "Linux 6.1", "python": "3.11.2"},
        "versions": {"django": "5.2", "celery": "5.5", "locust": "2.46"},
        "git_commit": "0123456789abcdef",
        "created_at": "2026-11-23T12:00:00Z",
    }
