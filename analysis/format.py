"""How numbers and tables read for people: in the terminal, the report, the charts and the sentences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

GROWS = "grows without limit"

#: The lower and the upper end of an interval.
Ends = tuple[float, float]
NO_ENDS: Ends = (math.nan, math.nan)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Headings with units, and rows of text."""

    headings: list[str]
    rows: list[list[str]]


def duration(seconds: float) -> str:
    """A time as a person reads it, such as `14 ms` or `0.31 s`."""
    if math.isnan(seconds):
        return "–"
    if math.isinf(seconds):
        return "missing"
    scale, digits, unit = _unit(seconds)
    return f"{scale * seconds:.{digits}f} {unit}"


def bounded(seconds: float, low: float, high: float) -> str:
    """A time with its interval in the same unit, such as `0.31 s (0.28–0.35)`; without one where there is none."""
    if math.isnan(low):
        return duration(seconds)
    scale, digits, _ = _unit(seconds)
    return f"{duration(seconds)} ({scale * low:.{digits}f}–{scale * high:.{digits}f})"


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


def amount(count: int | str, what: str) -> str:
    """A count with its noun, such as `1 trial` or `3 trials`; what ends in a hiss takes `es`."""
    plural = f"{what}es" if what.endswith(("s", "x", "z", "ch", "sh")) else f"{what}s"
    return f"{count} {what if str(count) == '1' else plural}"


def are(count: int) -> str:
    """The verb behind a count."""
    return "is" if count == 1 else "are"


def listing(items: Sequence[str]) -> str:
    """Items as an English list, such as `1, 2 and 4`."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def clock(
    p50: float, p95: float, *, p50_mark: str, p95_mark: str, p50_ends: Ends = NO_ENDS, p95_ends: Ends = NO_ENDS
) -> str:
    """Median and p95 of one clock in a table cell, in two lines where there are intervals, which `ends` bound.

    The marks are what arrows would say instead.
    """
    if p50_mark or math.isnan(p50):
        return p50_mark or "–"
    between = " / " if all(math.isnan(low) for low, _ in (p50_ends, p95_ends)) else " /\n"
    return f"{bounded(p50, *p50_ends)}{between}{p95_mark or bounded(p95, *p95_ends)}"


def verdict(name: str) -> str:
    """A verdict in lower case words, such as `invalid accounts`."""
    return name.lower().replace("_", " ")


def _unit(seconds: float) -> tuple[float, int, str]:
    """By what a time is multiplied, how many decimals it keeps, and the unit that it then has."""
    if abs(seconds) < 0.0995:
        return 1000, 0, "ms"
    return (1, 2, "s") if abs(seconds) < 9.95 else (1, 0, "s")


def readable(text: str) -> str:
    """The text without what UTF-8 cannot hold, such as the bytes of a file's name in another encoding."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
