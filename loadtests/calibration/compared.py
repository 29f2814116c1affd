"""What other load generators tell of one stall, and why one of them tells nothing."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from loadtests.calibration import other_tools, stock
from loadtests.errors import QueuelabError

#: A tool that is not ours may end badly, never, or print anything at all.
MISBEHAVIOUR = (QueuelabError, OSError, ValueError, LookupError, TypeError)

#: So much of a reason is kept.
REASON_CHARACTERS = 160

#: Percentile names with seconds.
Percentiles = Iterator[tuple[str, float]]


def compared(folder: Path) -> Iterator[dict[str, Any]]:
    """Rows like those of checks. Told, and not judged: the tools are not ours."""
    for way in stock.WAYS:
        yield from _told(way.title, partial(stock.reported_by_locust, way, folder), folder)
    for tool in other_tools.found_tools():
        yield from _told(tool.title, partial(other_tools.reported, tool, folder), folder)


def _told(title: str, ask: Callable[[], Percentiles], folder: Path) -> Iterator[dict[str, Any]]:
    try:
        percentiles = list(ask())
    except MISBEHAVIOUR as error:
        # Reports are passed on: where this machine keeps its files is nobody's business.
        reason = " ".join(str(error).replace(f"{folder.resolve()}/", "").split())[:REASON_CHARACTERS]
        yield _row(f"told by {title}, one stall: nothing. {reason}", None, None)
        return
    for name, measured_s in percentiles:
        yield _row(f"told by {title}, one stall, {name}", measured_s, stock.true_s(int(name[1:]) / 100))


def _row(what: str, measured_s: float | None, true_s: float | None) -> dict[str, Any]:
    told = {"code": "C5", "what": what, "measured": measured_s, "unit": "s", "truth": true_s}
    return told | {"limit": None, "at_least": False, "passed": True}
