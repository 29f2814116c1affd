"""Every percentile of the times of a cell, beside what a harness would have said that times the answer alone. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.outcomes import cohort
from analysis.format import Table, duration, number
from analysis.metrics.percentiles import TAIL, percentile
from analysis.summary.groups import Group, Telling

READY, RESPONSE, NAIVE = "ready", "answer", "naive"
#: The percentiles that the table tells.
SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """The times of one clock in one mode, ascending [s]; those that did not end are infinite.

    The naive clock runs from the moment an upload was sent to its answer, and knows only uploads that were accepted.
    """

    mode: str
    clock: str
    times_s: np.ndarray

    @property
    def claimed(self) -> tuple[np.ndarray, np.ndarray]:
        """The shares below 1, and their percentiles [s], as far as so many samples allow and the times are finite."""
        count = len(self.times_s)
        shares = np.arange(1, count + 1) / count
        known = (shares <= highest_share(count)) & np.isfinite(self.times_s)
        return shares[known], self.times_s[known]

    def at(self, share: float) -> float:
        """The nearest-rank percentile [s]; NaN where there are too few samples to claim one."""
        few = share > highest_share(len(self.times_s))
        return math.nan if few else percentile(pd.Series(self.times_s), share)


def highest_share(count: int) -> float:
    """The highest percentile that so many samples can claim: all of them lie below it with a probability of 2.5 %."""
    return float(TAIL ** (1 / count)) if count else 0.0


def spectra(group: Group, telling: Telling) -> list[Spectrum]:
    """All clocks of a cell in each mode; in mode sync the answer is the finished picture."""
    found = []
    for mode in (trial.cell.mode for trial in telling.trials):
        rows = pd.concat([cohort(trial) for trial in group.trials_of(mode, telling.workers)])
        known = {READY: rows["ready_s"], RESPONSE: rows["response_s"]} if mode == "queue" else {READY: rows["ready_s"]}
        known[NAIVE] = (rows["answered_at"] - rows["sent_at"])[rows["accepted"]]
        found += [Spectrum(mode=mode, clock=clock, times_s=np.sort(times)) for clock, times in known.items()]
    return found


def spectrum_sentence(telling: Telling, found: Sequence[Spectrum]) -> str:
    """What the naive clock says of half of the uploads, and what is true of them; of queue where it was measured."""
    last = {each.clock: each for each in found}
    mode, said, true = last[NAIVE].mode, duration(last[NAIVE].at(0.5)), duration(last[READY].at(0.5))
    return (
        f"With {telling.words}, timing the response alone reports {said} in {mode}; the picture takes {true} (medians)"
    )


def spectrum_table(found: Sequence[Spectrum]) -> Table:
    """One row per percentile."""
    clocks = {READY: "ready time", RESPONSE: "response time", NAIVE: "naive: send to response"}
    return Table(
        headings=["percentile", *(f"{each.mode}, {clocks[each.clock]} [s]" for each in found)],
        rows=[[f"{number(100 * share)} %", *(_seconds(each.at(share)) for each in found)] for share in SHARES],
    )


def _seconds(time_s: float) -> str:
    return "not finished" if math.isinf(time_s) else number(time_s, 4)
