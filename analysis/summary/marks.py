"""What is said of a cell in the place of a number, or beside it. Pure: a summary in, the same with more columns out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.format import GROWS, workers
from analysis.metrics.equivalence import Row
from analysis.metrics.failures import FAILED_TOLERANCE
from analysis.validity.verdict import OVERLOADED, STEADY, UNDECIDED

MISSING = {"p50": "half or more missing", "p95": "over 5 % missing", "p99": "over 1 % missing"}


def with_marks(cells: pd.DataFrame) -> pd.DataFrame:
    """Adds `CLOCK_p50_mark` and so on, what an arrow says where there is no value to draw, and `doubt`.

    An overloaded cell has no ready time of its own: it depends on when one stops measuring. The answer of
    queue mode does not wait for a worker, so it keeps its value unless unanswered uploads pile up as well.
    """
    growing = {"ready": cells["verdict"] == OVERLOADED, "response": cells["unanswered_grows"]}
    marks = {}
    for clock, grows in growing.items():
        for share, words in MISSING.items():
            infinite = np.isinf(cells[f"{clock}_{share}_s"])
            marks[f"{clock}_{share}_mark"] = np.select([grows, infinite], [GROWS, words], "")
    return with_doubts(cells).assign(**marks)


def with_doubts(cells: pd.DataFrame) -> pd.DataFrame:
    """Adds `doubt`: in a word or two, why the numbers of a cell mean less than they seem to; else nothing.

    Noise is told beside the verdicts, with its reason, and nowhere else.
    """
    unsure = np.where(cells["verdict"] == UNDECIDED, "undecided", "")
    failed = cells["failed"].astype(float) > FAILED_TOLERANCE * cells["planned"].astype(float)
    doubts = zip(unsure, np.where(failed, "failures", ""), strict=True)
    return cells.assign(doubt=[", ".join(filter(None, words)) for words in doubts])


def keeps_up(row: Row) -> bool:
    """Whether a cell did all that was asked of it; what fails is got rid of, not done."""
    return bool(row["verdict"] in STEADY and row["failed"] == 0 and row["unfinished"] == 0)


def told_workers(counts: int | Sequence[int], *rows: Row) -> str:
    """Worker counts with what makes their rows doubtful, such as `4 workers (undecided in queue)`."""
    doubts = {row["mode"]: row["doubt"] for row in rows}
    if len(set(doubts.values())) == 1:
        said = next(iter(doubts.values()))
    else:
        said = ", ".join(f"{doubt} in {mode}" for mode, doubt in doubts.items() if doubt)
    return f"{workers(counts)} ({said})" if said else workers(counts)
