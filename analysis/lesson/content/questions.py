"""What the slides ask, and what was expected from the work alone, as sentences."""

from collections.abc import Callable, Sequence

import pandas as pd

from analysis.format import GROWS, amount, duration, listing, number, workers

IN_MODE = {"sync": "In sync", "queue": "With the queue"}


def in_each(modes: Sequence[str], more: str = "") -> tuple[str, ...]:
    """The same question for each mode, sync first."""
    return tuple(f"{words}{more}?" for mode, words in IN_MODE.items() if mode in modes)


def who_finishes(counts: Sequence[int]) -> str:
    return f"How much {_do(counts)} {'more workers' if len(counts) > 1 else workers(counts[0])} finish?"


def how_many(counts: Sequence[int], modes: Sequence[str], rate: str) -> tuple[str, ...]:
    """How many times as many pictures more workers finish; of one worker count how many it finishes."""
    both = len(modes) > 1
    if len(counts) > 1:
        first = f"From {workers(counts[0])} to {counts[-1]}: how many times as many pictures per second?"
        return (first, *(["In sync too?"] if both else []))
    first = f"{amount(rate, 'upload')} per second: how many pictures are finished per second?"
    return (first, *(["As many in sync as with the queue?"] if both else []))


def who_is_enough(counts: Sequence[int]) -> str:
    if len(counts) > 1:
        return "How many workers are enough?"
    return f"{'Is' if counts[0] == 1 else 'Are'} {workers(counts[0])} enough?"


def who_keeps_up(counts: Sequence[int], modes: Sequence[str]) -> tuple[str, ...]:
    """Which worker counts do, and where both modes were measured, which of them is faster."""
    several = len(counts) > 1
    first = "Which worker counts keep up?" if several else f"{_do(counts).capitalize()} {workers(counts[0])} keep up?"
    if len(modes) < 2:
        return (first,)
    return first, "Where is the queue faster than sync, and where not?" if several else "Is the queue faster than sync?"


def what_it_costs(modes: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The title and the words: the queue has a price only beside sync."""
    if len(modes) < 2:
        return "What does a picture cost?", ("How much CPU time does a picture take?",)
    words = ("One more process responds, and one more carries messages.", "How much more CPU time does a picture take?")
    return "What does the queue cost?", words


def _do(counts: Sequence[int]) -> str:
    return "does" if list(counts) == [1] else "do"


def expected_throughput(cells: pd.DataFrame) -> str:
    """What each worker count should finish, such as `3.7 pictures/s with 1 worker`; empty where nobody predicted."""
    return _sentence(cells, "throughput", lambda value: f"{number(value)} pictures/s")


def expected_wait(cells: pd.DataFrame, mode: str) -> str:
    """How long half of the pictures should take at each worker count in one mode."""
    return _sentence(cells[cells["mode"] == mode], "ready_p50_s", _wait)


def _wait(seconds: float) -> str:
    return GROWS if seconds == float("inf") else duration(seconds)


def _sentence(cells: pd.DataFrame, metric: str, as_words: Callable[[float], str]) -> str:
    column = f"predicted_{metric}"
    if column not in cells or cells[column].isna().any() or cells.empty:
        return ""
    by_count = cells.groupby("workers")[column].first()
    counts: dict[str, list[int]] = {}
    for count, value in by_count.items():
        counts.setdefault(as_words(float(value)), []).append(int(str(count)))
    parts = [f"{words} with {workers(each)}" for words, each in counts.items()]
    return f"Expected from the work alone: {listing(parts)}"
