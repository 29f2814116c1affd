"""How numbers read for people: in the terminal, the report, the charts and the sentences."""

import math
from collections.abc import Sequence

GROWS = "grows without limit"


def duration(seconds: float) -> str:
    """A time as a person reads it, such as `14 ms` or `0.31 s`."""
    if math.isnan(seconds):
        return "–"
    if math.isinf(seconds):
        return "missing"
    if abs(seconds) < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if abs(seconds) < 9.95 else f"{seconds:.0f} s"


def cpu_time(seconds: float) -> str:
    """CPU time of one picture, to the tenth of a millisecond, so that a ratio beside it can be checked."""
    return f"{seconds * 1000:.1f} ms"


def number(value: float, digits: int = 1) -> str:
    """A plain number without trailing zeros, such as `3.4` or `10`."""
    if math.isnan(value):
        return "–"
    # Adding zero turns a negative zero into a plain one.
    text = f"{round(value, digits) + 0.0:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def workers(counts: int | Sequence[int]) -> str:
    """Worker counts as words, such as `1 worker` or `4 and 8 workers`."""
    listed = list(counts) if isinstance(counts, Sequence) else [counts]
    return f"{listing([str(count) for count in listed])} worker{'' if listed == [1] else 's'}"


def listing(items: Sequence[str]) -> str:
    """Items as an English list, such as `1, 2 and 4`."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def clock(p50: float, p95: float, *, p50_mark: str, p95_mark: str) -> str:
    """Median and p95 of one clock in a table cell; the marks are what arrows would say instead."""
    if p50_mark or math.isnan(p50):
        return p50_mark or "–"
    return f"{duration(p50)} / {p95_mark or duration(p95)}"


def verdict(name: str) -> str:
    """A verdict in lower case words, such as `invalid accounts`."""
    return name.lower().replace("_", " ")
