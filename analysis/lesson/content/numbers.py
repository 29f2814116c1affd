"""The words that a text of the lesson may ask for in double braces, each from one cell of the summary."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from analysis.data.factors import CONDITIONS
from analysis.format import GROWS, amount, duration, number, workers
from analysis.lesson.content.material import Measured, measured_on, numbers_between
from analysis.metrics.equivalence import Row, pairs
from analysis.report.terminal import markdown
from analysis.validity.verdict import OVERLOADED

#: What Markdown or HTML could give a meaning to inside a line, and line breaks, which could begin another block.
SPECIAL = re.compile(r"[!-*+<>\[-`{-~]|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def literal(value: object) -> Markup:
    """Text that stands for itself in Markdown, in a cell of a table as well; what is Markup already stays as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(SPECIAL.sub(lambda found: f"&#{ord(found[0])};" if found[0].strip() else " ", str(value)))


UNKNOWN, WITHHELD = "(not measured)", "(withheld)"
#: The same behind `it`.
IT = {UNKNOWN: "was not measured", WITHHELD: "is withheld"}
#: What the table calls by the names in the files.
NAMED = ("mode", *CONDITIONS)


class Numbers:
    """What was measured in each cell, as words; a cell that was not measured, or is withheld, says so."""

    def __init__(self, cells: pd.DataFrame, withheld: Collection[tuple[str, int]] = ()) -> None:
        self._withheld = withheld
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
        return self._told(mode, count, lambda: number(self.value("throughput", mode, count)))

    def accepted(self, mode: str, count: int) -> str:
        """Uploads answered with 2xx per second."""
        return self._told(mode, count, lambda: number(self.value("accepted_rate", mode, count)))

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
        return self._told(mode, count, lambda: "{ok} of {planned}".format(**self._rows[mode, count]))

    def value(self, column: str, mode: str, count: int) -> float:
        """A number of the summary; NaN where the cell was not measured."""
        return float(self._rows[mode, count][column]) if self.has(mode, count) else float("nan")

    def speedup(self, mode: str, few: int, many: int) -> str:
        """How many times as much the many finish as the few."""
        return number(np.divide(self.value("throughput", mode, many), self.value("throughput", mode, few)))

    def _clock(self, clock: str, mode: str, count: int, share: str) -> str:
        def measured() -> str:
            row = self._rows[mode, count]
            return str(row[f"{clock}_{share}_mark"]) or duration(row[f"{clock}_{share}_s"])

        return self._told(mode, count, measured)

    def _told(self, mode: str, count: int, measured: Callable[[], str]) -> str:
        """What is told of a cell, or why nothing is."""
        if self.has(mode, count):
            return measured()
        return WITHHELD if (mode, count) in self._withheld else UNKNOWN


def words(measured: Measured) -> Mapping[str, Any]:
    """Everything that a text or a question may name."""
    cells, group = measured.group.cells, measured.group
    counts = sorted({int(count) for count in cells["workers"]})
    # What is said of both modes is said where both have a number.
    compared = [count for count, _, _ in pairs(cells)]
    fewest, *_, most = [*(compared or counts), (compared or counts)[-1]]
    return {
        "at": Numbers(cells, measured.withheld_cells),
        "compared": bool(compared),
        "fewest": fewest,
        "most": most,
        "counts": counts,
        "workers": workers,
        "offered": number(group.offered_rate),
        "offered_rate": group.offered_rate,
        "measured_s": number(float(group.windows["length_s"].max())),
        "experiment": measured.experiment.name,
        "amount": amount,
        "cores": amount(group.cores, "core") if group.cores else "unknown cores",
        "users": max(1, round(group.offered_rate)),
        "workload": group.levels["workload"],
        "measured_on": measured_on(measured.experiment, group),
        "here": measured.here,
        "slides": partial(numbers_between, measured.slides),
        # Markdown of our own making, about levels whose names are not.
        "table": Markup(markdown(cells.assign(withheld=0, **{name: cells[name].map(_name) for name in NAMED}), [])),
        "grows_words": GROWS,
    }


def _name(level: object) -> object:
    return literal(level) if isinstance(level, str) else level


def _told(wait: str) -> str:
    """A wait behind `it`, such as `is 6 ms` or `grows without limit`."""
    return f"is {wait}" if wait[0].isdigit() else IT.get(wait, wait)
