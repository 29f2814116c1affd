"""What one laptop sends: its kind, its load and its cells in a few hundred bytes, and no names. Pure."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.data.factors import CONDITIONS, FIRST_LEVELS, LOAD, short
from analysis.data.model import Experiment, Trial
from analysis.errors import AnalysisError
from analysis.format import listing, number, readable
from analysis.summary.cells import with_marks
from analysis.validity.ledger import faults
from analysis.validity.verdict import FROM_BEST_TO_WORST

HASH_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class Load:
    """Workload, rate [pictures/s] and length of the window [s]; `conditions` that are not the usual ones, in words,
    and the start of the hash over the `pictures`."""

    workload: str
    offered_rate: float
    measured_s: float
    conditions: str
    pictures: str

    @property
    def words(self) -> str:
        """Such as `workload io, 12 pictures/s offered, 12 s measured, rabbitmq`."""
        load = f"workload {self.workload}, {number(self.offered_rate)} pictures/s offered"
        return ", ".join(filter(None, [f"{load}, {number(self.measured_s)} s measured", self.conditions]))


def most_measured(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells under those conditions that have the most of them."""
    under = list(zip(*(cells[name] for name in CONDITIONS), strict=True))
    most = Counter(under).most_common(1)[0][0]
    return cells.loc[[each == most for each in under]]


def load_of(experiment: Experiment, cells: pd.DataFrame) -> Load:
    """The load of cells that have all conditions in common."""
    levels = {name: cells[name].iloc[0] for name in CONDITIONS}
    trials = [each for each in experiment.trials if all(getattr(each.cell, name) == levels[name] for name in levels)]
    return Load(
        workload=str(levels["workload"]),
        offered_rate=float(f"{levels['offered_rate']:.4g}"),
        measured_s=float(round(max(trial.window.length_s for trial in trials))),
        conditions=_unusual(levels),
        pictures=_pictures(experiment, trials[0]),
    )


def refuse_faults(trials: Sequence[Trial]) -> None:
    """AnalysisError if something was done to a stack on purpose."""
    if done := sorted({str(event["what"]) for trial in trials for event in faults(trial)}):
        raise AnalysisError(
            f"This experiment says nothing about a laptop: {listing(done)} was injected into its stack."
        )


def _unusual(levels: dict[str, Any]) -> str:
    names = [name for name in CONDITIONS if name not in LOAD and levels[name] != FIRST_LEVELS[name]]
    return ", ".join(short(name, levels[name]) for name in names)


def _pictures(experiment: Experiment, trial: Trial) -> str:
    planned = experiment.info.get("pictures_sha256") or {}
    sent = trial.info.get("pictures_sha256") or planned.get(trial.cell.workload) or "unknown"
    return str(sent)[:HASH_LENGTH]


SCHEMA = 2
KEYS = (
    *("schema", "cores", "machine", "system"),
    *("workload", "offered_rate", "measured_s", "conditions", "pictures"),
    "cells",
)
TEXTS = ("machine", "system", "workload", "conditions", "pictures")
CELL_KEYS = ("mode", "workers", "throughput", "speedup", "ready_p95_s", "verdict", "failed")
MODES = ("sync", "queue")
# Numbers are sent with four digits, so a speed-up may be off by so much from what the throughputs give.
ROUNDING = 0.002
# More cores or workers, and such throughputs, nobody has.
MOST_CORES = 4096
LEAST, MOST = 1e-6, 1e6


@dataclass(frozen=True, kw_only=True)
class SentCell:
    """One cell: throughput [pictures/s], its speed-up over one worker, ready p95 [s],
    and which share of its uploads `failed` [1].

    Speed-up and p95 are None where there is none: without one worker to compare with, or where a time has no value.
    """

    mode: str
    workers: int
    throughput: float
    speedup: float | None
    ready_p95_s: float | None
    verdict: str
    failed: float


@dataclass(frozen=True, kw_only=True)
class Shared:
    """One laptop's result: cores, kind of machine and system, what `Load` holds, and its cells."""

    cores: int
    machine: str
    system: str
    workload: str
    offered_rate: float
    measured_s: float
    conditions: str
    pictures: str
    cells: tuple[SentCell, ...]

    @property
    def load(self) -> Load:
        """What must be equal for results to be pooled."""
        return Load(
            workload=self.workload,
            offered_rate=self.offered_rate,
            measured_s=self.measured_s,
            conditions=self.conditions,
            pictures=self.pictures,
        )


def shared(experiment: Experiment, cells: pd.DataFrame) -> Shared:
    """What to send of an experiment, from the summary of its believed trials: the conditions with the most cells."""
    if experiment.searched or cells["throughput"].isna().all():
        raise AnalysisError("This experiment has no cells to share: it searched for a capacity, or nothing is valid.")
    if not experiment.cores:
        raise AnalysisError("This experiment does not record how many cores its machine had.")
    refuse_faults(experiment.trials)
    rows = most_measured(with_marks(cells.dropna(subset=["throughput"])))
    machine: Mapping[str, Any] = experiment.info.get("machine") or {}
    return Shared(
        cores=experiment.cores,
        machine=str(machine.get("cpu", "unknown")),
        system=_kind(str(machine.get("os", "unknown"))),
        **vars(load_of(experiment, rows)),
        cells=tuple(_cell(row, rows) for row in rows.to_dict("records")),
    )


def as_line(sent: Shared) -> str:
    """The record as one line of JSON, to be copied and pasted."""
    values = {"schema": SCHEMA} | {key: getattr(sent, key) for key in KEYS[1:-1]}
    cells = [[getattr(cell, key) for key in CELL_KEYS] for cell in sent.cells]
    return json.dumps(values | {"cells": cells}, ensure_ascii=False, separators=(",", ":"))


def from_line(text: str) -> Shared:
    """A record that somebody sent; AnalysisError says what is wrong with it."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise AnalysisError("is not JSON, or is truncated") from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise AnalysisError(f"is not what this version of `python -m analysis share` writes{_other_schema(content)}")
    return from_values(content)


def _other_schema(content: Any) -> str:
    """Which side is to update, where another version of Queuelab has written a line."""
    found = content.get("schema") if isinstance(content, dict) else None
    what = "update Queuelab here" if type(found) is int and found > SCHEMA else "share it again with this version"
    return f", which has schema {SCHEMA} and not {found}: {what}" if type(found) is int else ""


def from_values(content: Mapping[str, Any]) -> Shared:
    """A record from its values, checked; cells are lists in the order of CELL_KEYS."""
    try:
        sent = Shared(
            cores=int(content["cores"]),
            offered_rate=float(content["offered_rate"]),
            measured_s=float(content["measured_s"]),
            **{key: readable(str(content[key])) for key in TEXTS},
            cells=tuple(_sent_cell(dict(zip(CELL_KEYS, cell, strict=True))) for cell in content["cells"]),
        )
    except KeyError as error:
        raise AnalysisError(f"lacks {error}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise AnalysisError(f"contains an unusable value ({error})") from error
    _check(sent)
    return sent


def _kind(system: str) -> str:
    """The first and the last word, such as `Linux x86_64`: a kernel's own name says more than is needed."""
    words = system.split()
    return " ".join(dict.fromkeys([words[0], words[-1]])) if words else "unknown"


def _cell(row: Mapping[Any, Any], rows: pd.DataFrame) -> SentCell:
    one = rows[(rows["mode"] == row["mode"]) & (rows["workers"] == 1)]["throughput"]
    known = row["ready_p95_mark"] == "" and math.isfinite(row["ready_p95_s"])
    return SentCell(
        mode=str(row["mode"]),
        workers=int(row["workers"]),
        throughput=_rounded(row["throughput"]),
        speedup=_rounded(row["throughput"] / one.iloc[0]) if len(one) and one.iloc[0] > 0 else None,
        ready_p95_s=_rounded(row["ready_p95_s"]) if known else None,
        verdict=str(row["verdict"]),
        failed=_rounded(row["failed"] / row["planned"]),
    )


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _sent_cell(cell: Mapping[str, Any]) -> SentCell:
    return SentCell(
        mode=str(cell["mode"]),
        workers=int(cell["workers"]),
        throughput=float(cell["throughput"]),
        speedup=_number_or_none(cell["speedup"]),
        ready_p95_s=_number_or_none(cell["ready_p95_s"]),
        verdict=str(cell["verdict"]),
        failed=float(cell["failed"]),
    )


def _number_or_none(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def _check(sent: Shared) -> None:
    if not 1 <= sent.cores <= MOST_CORES:
        raise AnalysisError(f"says that the machine has {sent.cores} cores")
    if not all(LEAST <= value <= MOST for value in (sent.offered_rate, sent.measured_s)):
        raise AnalysisError(f"says that {sent.offered_rate} pictures/s were offered for {sent.measured_s} s")
    if not sent.cells:
        raise AnalysisError("contains no cell")
    if len({(cell.mode, cell.workers) for cell in sent.cells}) < len(sent.cells):
        raise AnalysisError("contains the same cell twice")
    for cell in sent.cells:
        _check_cell(cell, sent.cells)


def _check_cell(cell: SentCell, cells: Sequence[SentCell]) -> None:
    name = f"{cell.mode} with {cell.workers}"
    if cell.mode not in MODES or not 1 <= cell.workers <= MOST_CORES or cell.verdict not in FROM_BEST_TO_WORST:
        raise AnalysisError(f"contains an impossible cell: {name}, {cell.verdict}")
    if not (cell.throughput == 0 or LEAST <= cell.throughput <= MOST) or not 0 <= cell.failed <= 1:
        raise AnalysisError(f"says that {name} finished {cell.throughput} pictures/s and failed in {cell.failed}")
    one = next((each.throughput for each in cells if (each.mode, each.workers) == (cell.mode, 1)), 0.0)
    if cell.speedup is not None and abs(cell.speedup * one - cell.throughput) > ROUNDING * max(cell.throughput, 1e-9):
        raise AnalysisError(f"gives a speed-up for {name} that does not follow from its throughputs")
