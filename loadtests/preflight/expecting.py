"""What is to be expected on this machine: the bare work measured for some seconds, and what follows from it."""

import csv
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from loadtests.experiment.baseline import BARE, measure_bare
from loadtests.machine import provenance
from loadtests.planning.reader import read_plan
from loadtests.recording.analysis_bridge import predict
from loadtests.stack.stack_file import ROOT

PLAN = ROOT / "loadtests" / "plans" / "demo.toml"
PREDICTION = "prediction.csv"
#: As if the lesson's trials were so long; bare work takes a share of it.
AS_LONG_S = 5.0


def expect(folder: Path) -> None:
    """Leave bare.csv and prediction.csv for the lesson's plan in a folder, in place of older ones."""
    experiment = read_plan(PLAN)
    (folder / BARE).unlink(missing_ok=True)
    measure_bare(replace(experiment, phases=replace(experiment.phases, measure_s=AS_LONG_S)), folder, None)
    predict(folder, experiment.cells(), provenance.cores())


def told(folder: Path) -> Iterator[str]:
    """The numbers in lines: what queue mode should finish and how long a picture should take, by workers."""
    with (folder / PREDICTION).open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["mode"] == "queue"]
    yield f"Expected here at {float(rows[0]['offered_rate']):g} uploads/s, from the work alone:"
    yield "  workers   finished/s   ready time, median"
    for row in rows:
        ready_s = float(row["ready_p50_s"])
        ready = "grows without limit" if math.isinf(ready_s) else f"{ready_s:.2f} s"
        yield f"  {row['workers']:>7}   {float(row['throughput']):10.1f}   {ready}"
