"""What more workers cost each other: Gunther's universal scalability law, with a band. Pure.

N workers finish X(N) = r N / (1 + s (N - 1) + k N (N - 1)) pictures a second: r is what one does, s (contention) the
share of the work for which they queue up, k (coherency) what each pair of them costs. Gunther, Guerrilla Capacity
Planning, Springer 2007, chapter 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.validity.verdict import OVERLOADED

Numbers = NDArray[np.float64]

#: Three numbers are fitted, so fewer worker counts than this leave the peak open (R31).
FEWEST_COUNTS = 6
PARAMETERS = 3
#: Beyond so many times the largest count that it was fitted to nothing is said (R31).
FURTHEST = 2
DRAWS, SEED = 2000, 20261125
#: The share of the drawings that a band leaves out.
OUTSIDE = 0.05


@dataclass(frozen=True, kw_only=True)
class Law:
    """Three numbers of the law, or as many arrays of equal shape; `rate` in pictures per second."""

    rate: Numbers
    contention: Numbers
    coherency: Numbers

    def throughput(self, workers: Numbers | float) -> Numbers:
        """What so many workers finish [pictures/s]."""
        others = np.asarray(workers) - 1
        return np.asarray(self.rate * workers / (1 + self.contention * others + self.coherency * workers * others))

    @property
    def peak(self) -> Numbers:
        """With how many workers most is finished; infinite without coherency cost."""
        with np.errstate(divide="ignore", invalid="ignore"):
            place = np.sqrt(np.maximum(1 - self.contention, 0) / self.coherency)
        return np.maximum(1, np.where(self.coherency > 0, place, np.where(self.contention < 1, np.inf, 1)))


@dataclass(frozen=True, kw_only=True)
class Scalability:
    """The law that fits best, and as many as chance could have given; `smallest` and `largest` are the ends of the
    counts that it was fitted to."""

    law: Law
    drawn: Law
    smallest: int
    largest: int

    @property
    def furthest(self) -> int:
        """The largest count of which the law says anything."""
        return FURTHEST * self.largest

    def band(self, workers: Numbers) -> tuple[Numbers, Numbers]:
        """The 95 % band of the throughput at each count [pictures/s]."""
        low, high = np.array([ends(self.drawn.throughput(count)) for count in workers]).T
        return low, high


def scalability(cells: pd.DataFrame) -> dict[str, Scalability]:
    """The law of each mode whose workers were the limit at six or more counts; `cells` are those of one group."""
    at_the_door = (cells["mode"] == "queue") & cells["unanswered_grows"].astype(bool)
    limited = cells[(cells["verdict"] == OVERLOADED) & (cells["doubt"] == "") & ~at_the_door]
    fits = {str(mode): fit(rows["workers"], rows["throughput"]) for mode, rows in limited.groupby("mode")}
    return {mode: found for mode, found in fits.items() if found}


def fit(workers: Sequence[int] | pd.Series, throughput: Sequence[float] | pd.Series) -> Scalability | None:
    """The law through one throughput [pictures/s] for each worker count.

    None with fewer than six counts, or where the errors are so large that chance alone could leave no rate at all.

    N / X is linear in 1/r, s/r and k/r, so least squares of relative errors need no search. The band is a bootstrap:
    around the unbounded fit, errors as large as its residuals are drawn and each drawing is fitted again with s and k
    not below zero. Six counts leave three degrees of freedom, so how large the errors are is drawn as well (Student's
    t); the same few residuals drawn over and over would make the band too narrow.
    """
    counts, rates = np.asarray(workers, dtype=float), np.asarray(throughput, dtype=float)
    if len(set(counts)) < FEWEST_COUNTS or not (np.isfinite(rates).all() and (rates > 0).all()):
        return None
    # Divided by what was measured, so that the errors are shares.
    terms = np.column_stack([np.ones_like(counts), counts - 1, counts * (counts - 1)]) / (counts / rates)[:, None]
    ones = np.ones((len(counts), 1))
    best, refitted = _not_below_zero(terms, ones), _not_below_zero(terms, _drawn(terms, ones))
    possible = refitted[0] > 0
    if possible.mean() < 1 - OUTSIDE:
        return None
    ends_of_counts = {"smallest": int(counts.min()), "largest": int(counts.max())}
    return Scalability(law=_law(best), drawn=_law(refitted[:, possible]), **ends_of_counts)


def ends(drawn: Numbers) -> tuple[float, float]:
    """Between which two 95 % of the drawings lie; whole drawings, so that one end may be infinite."""
    low, high = np.quantile(drawn, [OUTSIDE / 2, 1 - OUTSIDE / 2], method="inverted_cdf")
    return float(low), float(high)


def _drawn(terms: Numbers, values: Numbers) -> Numbers:
    """What chance could have made of the values around their unbounded fit; shape (counts, drawings)."""
    expected = terms @ np.linalg.lstsq(terms, values, rcond=None)[0]
    random = np.random.default_rng(SEED)
    spread = np.linalg.norm(values - expected) / np.sqrt(random.chisquare(len(values) - PARAMETERS, DRAWS))
    return np.asarray(expected + spread * random.standard_normal((len(values), DRAWS)))


def _law(coefficients: Numbers) -> Law:
    """The law of 1/r, s/r and k/r, given as rows."""
    one, contended, coherent = np.squeeze(coefficients)
    return Law(rate=1 / one, contention=contended / one, coherency=coherent / one)


def _not_below_zero(terms: Numbers, values: Numbers) -> Numbers:
    """The least-squares coefficients of each column of values, the last two not below zero; shape (3, columns).

    The best of all that leave some of the two out and have none below zero is the bounded optimum; all are zero where
    there is none.
    """
    found = np.zeros((PARAMETERS, values.shape[1]))
    least = np.full(values.shape[1], np.inf)
    for kept in ([0], [0, 1], [0, 2], [0, 1, 2]):
        tried = np.zeros_like(found)
        tried[kept] = np.linalg.lstsq(terms[:, kept], values, rcond=None)[0]
        errors = np.square(terms @ tried - values).sum(axis=0)
        better = (tried >= 0).all(axis=0) & (errors < least)
        found[:, better], least[better] = tried[:, better], errors[better]
    return found
