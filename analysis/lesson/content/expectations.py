"""What was to be expected from the work alone, as a sentence that is told before the measurement is shown. Pure."""

from collections.abc import Callable

import pandas as pd

from analysis.format import GROWS, duration, listing, number, workers


def expected_throughput(cells: pd.DataFrame) -> str:
    """What each worker count should finish, such as `3.7 pictures/s with 1 worker`; empty where nobody predicted."""
    return _sentence(cells, "throughput", lambda value: f"{number(value)} pictures/s")


def expected_wait(cells: pd.DataFrame, mode: str) -> str:
    """How long half of the pictures should take at each worker count in one mode."""
    return _sentence(cells[cells["mode"] == mode], "ready_p50_s", _wait)


def _wait(seconds: float) -> str:
    return GROWS if seconds == float("inf") else duration(seconds)


def _sentence(cells: pd.DataFrame, metric: str, told: Callable[[float], str]) -> str:
    column = f"predicted_{metric}"
    if column not in cells or cells[column].isna().any() or cells.empty:
        return ""
    by_count = cells.groupby("workers")[column].first()
    counts: dict[str, list[int]] = {}
    for count, value in by_count.items():
        counts.setdefault(told(float(value)), []).append(int(str(count)))
    parts = [f"{words} with {workers(each)}" for words, each in counts.items()]
    return f"Expected from the work alone: {listing(parts)}"
