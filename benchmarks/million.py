"""Whether the analysis keeps its pace on a million uploads: python -m benchmarks.million

Simulates an experiment of eight trials, all with the same uploads, has it analysed by a process of its own and prints
that one's seconds and peak memory beside their targets; exits 1 if one is missed or if a verdict is not as simulated.
"""

import json
import resource
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd

from analysis.calibration.expected_times import fifo
from analysis.console import print_anything

ROWS, WORKERS, MODES = 1_000_000, (1, 2, 4, 8), ("sync", "queue")
COUNT = ROWS // (len(WORKERS) * len(MODES))
TARGET_S, TARGET_MB = 10.0, 700
#: Uploads per second and seconds of work for each, so that one worker is overloaded and two are not.
RATE, SERVICE_S = 40.0, 0.03
SEND_S, ANSWER_S, HAND_OVER_S, ASKED_S = 0.0002, 0.008, 0.004, 0.002
SEED, START = 1, 1_763_900_000.0
MEASURE_FROM, MEASURE_UNTIL = START + 0.05 * COUNT / RATE, START + 0.9 * COUNT / RATE
CSV: dict[str, Any] = {"index": False, "float_format": "%.6f"}
TRIAL = {"schema": 2, "repeat": 1, "seed": str(SEED), "plan_sha256": 64 * "0", "settings": {}, "outcome": "finished"}


def uploads() -> pd.DataFrame:
    """What every trial replays: `id`, `phase`, `due_at` and how long its work takes, `service_s`."""
    draw = np.random.default_rng(SEED)
    due_at = START + np.cumsum(draw.exponential(1 / RATE, COUNT))
    return pd.DataFrame(
        {
            "id": [str(UUID(bytes=draw.bytes(16), version=4)) for _ in range(COUNT)],
            "phase": np.select([due_at < MEASURE_FROM, due_at < MEASURE_UNTIL], ["warmup", "measure"], "drain"),
            "due_at": due_at,
            "service_s": SERVICE_S * np.exp(draw.normal(0, 0.2, COUNT)),
        }
    )


def write_trial(folder: Path, mode: str, workers: int, planned: pd.DataFrame) -> None:
    """One trial whose load stops when its last upload is done, as the harness writes it."""
    folder.mkdir()
    queue = mode == "queue"
    sent_at = planned["due_at"] + SEND_S
    taken_at = sent_at + HAND_OVER_S
    finished_at = fifo(taken_at, planned["service_s"], workers)
    started_at = finished_at - planned["service_s"]
    stopped_at = float(finished_at.max()) + 0.1
    answered_at = sent_at + ANSWER_S if queue else finished_at + SEND_S
    requests = planned[["id", "phase", "due_at"]].assign(sent_at=sent_at, answered_at=answered_at)
    requests.assign(status=202 if queue else 201, error="", picture="small.jpg").to_csv(folder / "requests.csv", **CSV)
    pictures = planned[["id"]].assign(trial=folder.name, endpoint=mode, received_at=taken_at if queue else started_at)
    pictures = pictures.assign(enqueued_at=taken_at if queue else "", started_at=started_at, finished_at=finished_at)
    pictures.assign(state="ready", executions=1, reason="").to_csv(folder / "pictures.csv", **CSV)
    at = np.arange(START, stopped_at, 0.5)
    stamps = (pictures["received_at"], started_at, finished_at)
    taken, started, done = (np.searchsorted(np.sort(each), at, side="right") for each in stamps)
    held = {"unacked": started - done, "in_database": taken - done, "done": done, "counted_by": at + ASKED_S}
    waiting = taken - started if queue else ""
    pd.DataFrame({"sampled_at": at, "waiting": waiting} | held).to_csv(folder / "backlog.csv", **CSV)
    phases = {"started_at": START, "measure_from": MEASURE_FROM, "measure_until": MEASURE_UNTIL}
    trial = TRIAL | {
        "name": folder.name,
        "cell": {"mode": mode, "workers": workers, "workload": "io", "offered_rate": RATE},
        "phases": phases | {"load_stopped_at": stopped_at, "collected_at": stopped_at},
        "cpu_seconds": {"web": 900.0, "load": 60.0} | ({"worker": 800.0, "broker": 30.0} if queue else {}),
        "broker_remaining": {"waiting": 0, "unacked": 0} if queue else None,
    }
    (folder / "trial.json").write_text(json.dumps(trial), encoding="utf-8")


def main() -> int:
    """0 if both targets are met."""
    with TemporaryDirectory() as name:
        planned = uploads()
        for mode, workers in product(MODES, WORKERS):
            write_trial(Path(name, f"{mode}-w{workers}-r1"), mode, workers, planned)
        Path(name, "experiment.json").write_text(
            json.dumps({"name": "million", "machine": {"cores": 2}}), encoding="utf-8"
        )
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "analysis", name], check=True)
        took_s = time.monotonic() - began
        summary = pd.read_csv(Path(name, "summary.csv"))
    # Of the child and, where it began, of this process, which is smaller.
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    print(f"{took_s:.1f} s (at most {TARGET_S:.0f} s), {peak_mb:.0f} MB (at most {TARGET_MB} MB)")
    as_simulated = (summary["verdict"] == np.where(summary["workers"] == 1, "OVERLOADED", "VALID")).all()
    return 0 if as_simulated and took_s <= TARGET_S and peak_mb <= TARGET_MB else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
