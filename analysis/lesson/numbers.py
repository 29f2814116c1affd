"""The words that a text of the lesson may ask for in double braces, each from one cell of the summary."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks import OVERLOADED
from analysis.comparing import Row
from analysis.lesson.measured import Measured
from analysis.terminal import markdown
from analysis.words import GROWS, duration, number, workers

UNKNOWN = "(not measured)"


class Numbers:
    """What was measured in each cell, as words; a cell that was not measured says so."""

    def __init__(self, cells: pd.DataFrame) -> None:
        self._rows: dict[tuple[str, int], Row] = {
            (row["mode"], int(row["workers"])): row for _, row in cells.iterrows()
        }

    def has(self, mode: str, count: int) -> bool:
        return (mode, count) in self._rows

    def grows(self, mode: str, count: int) -> bool:
        """Whether more arrived than was finished."""
        return self.has(mode, count) and self._rows[mode, count]["verdict"] == OVERLOADED

    def finished(self, mode: str, count: int) -> str:
        """Pictures finished per second."""
        return number(self.value("throughput", mode, count), 1) if self.has(mode, count) else UNKNOWN

    def accepted(self, mode: str, count: int) -> str:
        """Uploads answered with 2xx per second."""
        return number(self.value("accepted_rate", mode, count), 1) if self.has(mode, count) else UNKNOWN

    def response(self, mode: str, count: int, share: str = "p50") -> str:
        """The wait for the answer."""
        return self._clock("response", mode, count, share)

    def ready(self, mode: str, count: int, share: str = "p50") -> str:
        """The wait for the picture."""
        return self._clock("ready", mode, count, share)

    def response_told(self, mode: str, count: int) -> str:
        """The same as the end of a sentence."""
        return _told(self.response(mode, count))

    def ready_told(self, mode: str, count: int) -> str:
        return _told(self.ready(mode, count))

    def growth(self, mode: str, count: int) -> str:
        """How many more pictures were in the system each second."""
        return number(self.value("backlog_growth", mode, count))

    def left_after(self, seconds: float, rate: float, mode: str, count: int) -> int:
        """How many are left of what arrives at a rate, to the nearest ten [pictures]."""
        return round((rate - self.value("throughput", mode, count)) * seconds / 10) * 10

    def done(self, mode: str, count: int) -> str:
        """How many of the planned uploads were ready by the end."""
        if not self.has(mode, count):
            return UNKNOWN
        row = self._rows[mode, count]
        return f"{row['ok']} of {row['planned']}"

    def value(self, column: str, mode: str, count: int) -> float:
        """A number of the summary; NaN where the cell was not measured."""
        return float(self._rows[mode, count][column]) if self.has(mode, count) else float("nan")

    def speedup(self, mode: str, few: int, many: int) -> str:
        """How many times as much the many finish as the few."""
        return number(np.divide(self.value("throughput", mode, many), self.value("throughput", mode, few)))

    def _clock(self, clock: str, mode: str, count: int, share: str) -> str:
        if not self.has(mode, count):
            return UNKNOWN
        row = self._rows[mode, count]
        return str(row[f"{clock}_{share}_mark"]) or duration(row[f"{clock}_{share}_s"])


def words(measured: Measured) -> Mapping[str, Any]:
    """Everything that a text or a question may name."""
    cells, group = measured.group.cells, measured.group
    counts = sorted({int(count) for count in cells["workers"]})
    machine = measured.experiment.info.get("machine") or {}
    return {
        "at": Numbers(cells),
        "fewest": counts[0],
        "most": counts[-1],
        "counts": counts,
        "workers": workers,
        "offered": number(group.offered_rate),
        "offered_rate": group.offered_rate,
        "measured_s": number(float(group.windows["length_s"].max())),
        "experiment": measured.experiment.name,
        "cores": group.cores or "unknown",
        "machine": ", ".join(f"{key} {value}" for key, value in machine.items()) or "unknown",
        "table": markdown(cells.assign(withheld=0), []),
        "grows_words": GROWS,
    }


def _told(wait: str) -> str:
    """A wait behind `it`, such as `took 6 ms` or `grows without limit`."""
    return f"took {wait}" if wait[0].isdigit() else wait
