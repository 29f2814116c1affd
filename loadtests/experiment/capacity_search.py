"""Finds the highest rate that keeps a goal, as an interval: which trial to measure next, and when to stop. Pure (R30).
Short trials show where to look; near the capacity their outcomes are chance, so only fresh ones that all agree count.
"""

import math
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from typing import TypeVar

#: The ends lie at most this factor apart before they are confirmed, and move outward by it until they are.
FACTOR = 1.10
#: At how many rates an end is tried, and how often the first rate is halved, at most.
RATES_PER_END, HALVINGS = 7, 6


class Outcome(StrEnum):
    """The outcome of a trial at a rate. INVALID: the load generator could not keep the rate."""

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"
    INVALID = "invalid"


#: Trials that must all say so. Short windows after an empty start flatter a queue, so more votes are needed to keep a
#: goal than to miss it: then both ends are about equally hard to get wrong. See benchmarks/capacity.py.
VOTES = {Outcome.PASS: 6, Outcome.FAIL: 3}


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """How long to measure in a trial [s]: to look around, to confirm, and at most if it stays undecided."""

    probe_s: float = 25.0
    confirm_s: float = 60.0
    longest_s: float = 240.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """The next trial: rate in pictures/s, measure_s in seconds; confirming: its outcome is a vote on an end."""

    rate: float
    measure_s: float
    confirming: bool


@dataclass(frozen=True, kw_only=True)
class CapacityBounds:
    """The capacity is above `passed` and below `failed` [pictures/s]; None: none was confirmed, `reason` says why."""

    passed: float | None
    failed: float | None
    reason: str

    @property
    def known(self) -> bool:
        return self.passed is not None and self.failed is not None


T = TypeVar("T")
#: Yields the next trial, is sent its outcome, and returns what was asked for.
Steps = Generator[Step, Outcome, T]
Ask = Callable[[float], Steps[Outcome]]


def search(
    start: float, *, highest: float, lengths: Lengths | None = None, most_trials: int = 80
) -> Steps[CapacityBounds]:
    """Yields each next trial, is sent its outcome, and returns the answer; start and highest in pictures/s."""
    return _Search(highest=highest, lengths=lengths or Lengths(), trials_left=most_trials).steps(min(start, highest))


@dataclass(kw_only=True)
class _Search:
    """What is left, which outcomes were met, and the lowest rate that the load generator missed [pictures/s]."""

    highest: float
    lengths: Lengths
    trials_left: int
    met: set[Outcome] = field(default_factory=set)
    too_fast: float = math.inf

    def steps(self, start: float) -> Steps[CapacityBounds]:
        low, high = yield from self._bracket(start)
        while low and high and high / low > FACTOR:
            middle = (low * high) ** 0.5
            outcome = yield from self._decided(middle)
            if outcome not in VOTES:
                break
            low, high = (middle, high) if outcome is Outcome.PASS else (low, middle)
        ends: dict[Outcome, float] = {}
        if low:
            ends |= yield from self._look(_times(1 / FACTOR, low, RATES_PER_END), Outcome.PASS, self._agreed)
        if high and Outcome.FAIL not in ends:
            upward = dict.fromkeys(min(rate, self.highest) for rate in _times(FACTOR, high, RATES_PER_END))
            ends |= yield from self._look(upward, Outcome.FAIL, self._agreed)
        failed = ends.get(Outcome.FAIL, math.inf)
        # What the server missed at rates that were kept stands, whatever became of higher ones.
        return self._answer(ends.get(Outcome.PASS), failed if failed < self.too_fast else None)

    def _bracket(self, start: float) -> Steps[tuple[float | None, float | None]]:
        """A rate that passed and one that failed, by doubling or halving; None for what was not met."""
        doubled = takewhile(lambda rate: rate < self.highest, _times(2, start, self.trials_left))
        seen = yield from self._look([*doubled, self.highest], Outcome.FAIL, self._decided)
        if Outcome.PASS not in seen:
            seen |= yield from self._look(_times(0.5, start / 2, HALVINGS), Outcome.PASS, self._decided)
        return seen.get(Outcome.PASS), seen.get(Outcome.FAIL)

    def _look(self, rates: Iterable[float], until: Outcome, ask: Ask) -> Steps[dict[Outcome, float]]:
        """The last rate of each outcome up to the one looked for; never upward to where the load generator was late."""
        seen: dict[Outcome, float] = {}
        for rate in rates:
            if until in seen or (until is Outcome.FAIL and rate >= self.too_fast):
                break
            seen[(yield from ask(rate))] = rate
        return seen

    def _agreed(self, rate: float) -> Steps[Outcome]:
        """What all votes on a rate say; undecided as soon as they differ."""
        first = yield from self._decided(rate, confirming=True)
        for _ in range(1, VOTES.get(first, 1)):
            if (yield from self._decided(rate, confirming=True)) is not first:
                return Outcome.UNDECIDED
        return first

    def _decided(self, rate: float, *, confirming: bool = False) -> Steps[Outcome]:
        """Measured twice as long each time that it is undecided; so it remains when no trials are left."""
        measure_s = self.lengths.confirm_s if confirming else self.lengths.probe_s
        outcome, longest_s = Outcome.UNDECIDED, max(measure_s, self.lengths.longest_s)
        while outcome is Outcome.UNDECIDED and measure_s <= longest_s and self.trials_left:
            self.trials_left -= 1
            outcome = yield Step(rate=rate, measure_s=measure_s, confirming=confirming)
            measure_s *= 2
        self.met.add(outcome)
        self.too_fast = min(rate, self.too_fast) if outcome is Outcome.INVALID else self.too_fast
        return outcome

    def _answer(self, passed: float | None, failed: float | None) -> CapacityBounds:
        reasons = {
            "All confirming trials at both ends agreed.": passed and failed,
            f"The load generator could not keep {self.too_fast:.4g} pictures/s.": self.too_fast < math.inf,
            "The search took as many trials as it may, which did not decide it.": not self.trials_left,
            f"No trial failed, up to {self.highest:g} pictures/s.": self.met == {Outcome.PASS},
            "No trial passed, however low the rate.": self.met == {Outcome.FAIL},
            "Trials stayed undecided, or those that confirm an end did not agree at any rate.": True,
        }
        return CapacityBounds(passed=passed, failed=failed, reason=next(words for words, so in reasons.items() if so))


def _times(factor: float, first: float, count: int) -> Iterator[float]:
    return (first * factor**n for n in range(count))
