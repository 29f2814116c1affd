"""Measures the baseline: the picture work in N processes, without web server and queue."""

import csv
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from loadtests.files import complete
from loadtests.planning.experiment import Experiment
from loadtests.stack import commands
from loadtests.stack.app_client import reachable
from loadtests.stack.base import StackLayout, StackSpec, new_layout
from loadtests.stack.process.process_group import START_LIMIT_S, ProcessGroup, wait_until
from loadtests.workload import pictures as corpus
from loadtests.workload.presets import WORKLOADS

BASELINE = "baseline.csv"
COLUMNS = ("workload", "processes", "process", "started_at", "finished_at", "cpu_s")

#: How long each number of processes works at most, beyond one picture that does not count, and as a share of a trial's
#: measurement. One process works longer: its service times are what the prediction is made of.
WORK_S, ALONE_S = 2.0, 5.0
WORK_SHARE, ALONE_SHARE = 0.2, 0.4

#: Pictures drawn by their weights; the processes take them in turn.
DRAWN = 60

GRACE_S = 2.0


def measure_baseline(experiment: Experiment, folder: Path, pictures: Path | None) -> None:
    """Write baseline.csv into an experiment's folder, one row per picture; one that is there is left alone."""
    path = folder / BASELINE
    if path.exists():
        return
    with complete(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for workload in experiment.factors.workload:
            for row in _measured(experiment, workload, pictures):
                writer.writerow(row)


def _measured(experiment: Experiment, workload: str, pictures: Path | None) -> Iterator[tuple[object, ...]]:
    counts = sorted({1, *experiment.factors.workers})
    spec = StackSpec(mode="sync", workers=1, workload=workload, seed=experiment.seed)
    drawn = _drawn(experiment.seed, workload, pictures)
    with tempfile.TemporaryDirectory(prefix="queuelab-baseline-") as directory:
        layout = new_layout(spec, Path(directory))
        group = ProcessGroup(Path(directory) / "logs")
        try:
            group.start(commands.external(layout, spec))
            healthy = f"{layout.external_url}/healthz"
            wait_until("The external resource", lambda: reachable(healthy), check=group.check, timeout_s=START_LIMIT_S)
            for count in counts:
                for row in _worked(layout, group, count, _work_s(experiment, count), drawn):
                    yield workload, count, *row
        finally:
            group.close(GRACE_S)


def _work_s(experiment: Experiment, count: int) -> float:
    """Return how long N processes work [s]: a share of a trial's measurement."""
    goal, phases = experiment.goal, experiment.phases
    measure_s = goal.probe_s if goal else phases.measure_s
    return min(ALONE_S, ALONE_SHARE * measure_s) if count == 1 else min(WORK_S, WORK_SHARE * measure_s)


def _worked(
    layout: StackLayout, group: ProcessGroup, count: int, work_s: float, drawn: list[Path]
) -> Iterator[list[str]]:
    """Run N processes and yield their rows."""
    output = layout.directory / "baseline.csv"
    group.finish(group.start(commands.baseline(layout, count, work_s, output, drawn)), work_s + START_LIMIT_S)
    with output.open(newline="", encoding="utf-8") as file:
        yield from list(csv.reader(file))[1:]


def _drawn(seed: int, workload: str, pictures: Path | None) -> list[Path]:
    photos = corpus.photos(WORKLOADS[workload], pictures)
    return random.Random(f"{seed}/bare").choices(
        [photo.path.resolve() for photo in photos], [photo.weight for photo in photos], k=DRAWN
    )
