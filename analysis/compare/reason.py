"""Why something cannot be compared fairly, as a value. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.format import listing

# So many names are told before the rest is only counted.
TOLD_NAMES = 3


@dataclass(frozen=True, kw_only=True)
class Reason:
    """In a few words for a chart, and as a sentence; some cannot be overruled."""

    short: str
    sentence: str
    forcible: bool = True


def some(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    if len(names) <= TOLD_NAMES:
        return listing(list(names))
    return f"{', '.join(names[: TOLD_NAMES - 1])} and {len(names) - TOLD_NAMES + 1} more"
