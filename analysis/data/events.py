"""What happened to the stack while a trial ran, as words at a time. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.data.model import Trial
from analysis.format import number

# What lasts no longer than this has no end of its own to be told.
AT_ONCE_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What happened, and when [s since the load began]."""

    at_s: float
    words: str


def marks(trial: Trial) -> list[Mark]:
    """Every fault that began, every one that was over, and everything that came back, in order of time."""
    events = trial.info.get("events", [])
    back = [float(event["ended_at"]) for event in events if event["kind"] == "restart"]
    found = [mark for event in events for mark in _of_event(event, back)]
    return [Mark(at_s=at - trial.started_at, words=words) for at, words in sorted(found)]


def told_marks(trial: Trial) -> str:
    """The same in a cell of a table."""
    return "; ".join(f"{mark.words} at {number(mark.at_s, 2)} s" for mark in marks(trial)) or "none"


def _of_event(event: Mapping[str, Any], back: Iterable[float]) -> list[tuple[float, str]]:
    """The end of a fault is left out where it is at once, or where something that came back tells it."""
    what, began, ended = str(event["what"]).replace("-", " "), float(event["began_at"]), float(event["ended_at"])
    if event["kind"] == "restart":
        return [(ended, f"{what} back")]
    told = ended - began <= AT_ONCE_S or any(abs(ended - at) <= AT_ONCE_S for at in back)
    return [(began, what)] if told else [(began, what), (ended, "over")]
