"""By how much the class was off: sentences that hold its guess against what was measured. Pure."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.data.class_predictions import Guess
from analysis.format import GROWS, duration, number, workers
from analysis.metrics.equivalence import SAME_WITHIN, same
from analysis.summary.groups import Group

Words = Callable[[float], str]


def guess_sentences(group: Group) -> list[str]:
    """One sentence for each kind of guess, about the point that was furthest off."""
    if (guess := group.guess) is None:
        return []
    cells = group.cells
    queue = cells[cells["mode"] == "queue"].set_index("workers")
    sentences = [
        _furthest("throughput", guess.throughput, dict(queue["throughput"]), _rate),
        _furthest("ready time", guess.ready_s, _times(queue), _wait),
        _answers(cells, guess),
    ]
    return [sentence for sentence in sentences if sentence]


def _furthest(what: str, guessed: Mapping[int, float], measured: Mapping[int, float], words: Words) -> str:
    off = {count: _off(guessed[count], measured[count]) for count in guessed if not math.isnan(_at(measured, count))}
    if not off:
        return ""
    worst = max(off, key=lambda count: off[count])
    guess, truth = guessed[worst], measured[worst]
    if all(_held(guessed[count], measured[count]) for count in off):
        return f"Class prediction of {what}: within {100 * SAME_WITHIN:.0f} % with {workers(list(off))}"
    return f"Class prediction of {what} with {workers(worst)}: {words(guess)}; {_compared(guess, truth, words)}"


def _answers(cells: pd.DataFrame, guess: Guess) -> str:
    """The two waits for an answer with the fewest workers."""
    fewest = cells[cells["workers"] == cells["workers"].min()].set_index("mode")
    modes = [mode for mode in guess.response_s if mode in fewest.index]
    if not modes:
        return ""
    measured = _times(fewest, "response")
    guesses = " and ".join(f"{_wait(guess.response_s[mode])} in {mode}" for mode in modes)
    truths = " and ".join(f"{_wait(measured[mode])} in {mode}" for mode in modes)
    count = int(cells["workers"].min())
    return f"Class prediction of response time with {workers(count)}: {guesses}; measured: {truths}"


def _times(rows: pd.DataFrame, clock: str = "ready") -> dict[Any, float]:
    """The medians [s]; infinite where the time grows without limit, NaN where it is not known."""
    marks = rows[f"{clock}_p50_mark"]
    times = rows[f"{clock}_p50_s"].where(marks == "").mask(marks == GROWS, math.inf)
    return dict(times)


def _at(measured: Mapping[int, float], count: int) -> float:
    return float(measured.get(count, math.nan))


def _off(guess: float, truth: float) -> float:
    """How far apart, as the size of the logarithm of the ratio."""
    if guess == truth:
        return 0.0
    if min(guess, truth) <= 0 or math.isinf(max(guess, truth)):
        return math.inf
    return abs(math.log(guess / truth))


def _held(guess: float, truth: float) -> bool:
    return guess == truth or (math.isfinite(max(guess, truth)) and same(guess, truth))


def _compared(guess: float, truth: float, words: Words) -> str:
    measured = f"measured: {words(truth)}"
    if min(guess, truth) <= 0 or math.isinf(max(guess, truth)):
        return measured
    ratio = max(guess, truth) / min(guess, truth)
    way = "high" if guess > truth else "low"
    times = f"{number(ratio)} times" if ratio >= 2 else f"{number(100 * abs(guess / truth - 1), 0)} %"
    return f"{measured}, so the prediction was {times} too {way}"


def _rate(value: float) -> str:
    return f"{number(value)} pictures/s"


def _wait(seconds: float) -> str:
    if math.isnan(seconds):
        return "unknown"
    return GROWS if math.isinf(seconds) else duration(seconds)
