"""What came and what was done over time, counted from the start: the gap between the two is the backlog. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.model import Trial, marks, told_marks
from analysis.data.outcomes import outcomes
from analysis.format import Table, amount, duration, number
from analysis.summary.groups import Telling, in_modes


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Ascending times at which the uploads of a trial were due, answered and ended [s since the load began].

    An upload has ended when its picture is ready or it has failed. What comes after the load has stopped is left out.
    """

    trial: Trial
    due: np.ndarray
    answered: np.ndarray
    ended: np.ndarray
    until_s: float

    @property
    def most(self) -> tuple[float, int, int]:
        """When the most uploads were due and not ended [s], how many had ended by then, and how many were due."""
        ended = np.searchsorted(self.ended, self.due, side="right")
        at = int(np.argmax(np.arange(1, len(self.due) + 1) - ended))
        return float(self.due[at]), int(ended[at]), at + 1

    @property
    def most_open(self) -> int:
        """The most uploads that were due and not ended at one time."""
        _, ended, due = self.most
        return due - ended

    @property
    def furthest(self) -> tuple[int, float, float]:
        """Of the n-th end and the n-th due time that lie furthest apart: n, the due time and the end [s].

        The first that has not ended counts to the moment the load stopped.
        """
        ends = np.append(self.ended, self.until_s)[: len(self.due)]
        nth = int(np.argmax(ends - self.due[: len(ends)]))
        return nth + 1, float(self.due[nth]), float(ends[nth])

    @property
    def failed(self) -> int:
        """How many of those that have ended have failed."""
        rows = outcomes(self.trial)
        return int(((rows["outcome"] == "failed") & (rows["left_at"] <= self.trial.load_stopped_at)).sum())

    @property
    def behind_s(self) -> float:
        """By how much the ends lay behind the due times at most [s]."""
        _, due, ended = self.furthest
        return ended - due


def flow(trial: Trial) -> Flow:
    """The flow of all phases of a trial."""
    rows, until_s = outcomes(trial), trial.load_stopped_at - trial.started_at
    due, answered, ended = (_since(rows[name], trial, until_s) for name in ("due_at", "heard_at", "left_at"))
    return Flow(trial=trial, due=due, answered=answered, ended=ended, until_s=until_s)


def flow_sentence(telling: Telling, flows: Sequence[Flow]) -> str:
    """How far the ends fell behind, and how many uploads were open at most."""
    trials = [each.trial for each in flows]
    behind = in_modes([trial.cell.mode for trial in trials], [duration(each.behind_s) for each in flows])
    happened = next((mark for trial in trials for mark in marks(trial)), None)
    if happened:
        start = f"{happened.words.capitalize()} after {number(happened.at_s)} s: completions fall up to"
        return f"{start} {duration(flows[0].behind_s)} behind arrivals, and up to {_open(flows[:1])}"
    if telling.overloaded:
        return f"With {telling.words}, completions fall behind arrivals by {behind}; up to {_open(flows)}"
    return f"With {telling.words}, completions follow arrivals within {behind}; at most {_open(flows)}"


def _open(flows: Sequence[Flow]) -> str:
    counts = list(dict.fromkeys(each.most_open for each in flows))
    return f"{amount(' and '.join(map(str, counts)), 'upload')} {'is' if counts == [1] else 'are'} open"


def flow_table(flows: Sequence[Flow]) -> Table:
    """One row per trial: what was counted when the load stopped, and the two gaps where they were widest."""
    return Table(
        headings=["trial", "due [uploads]", "answered [uploads]", "ended [uploads]", "of these failed [uploads]"]
        + ["most open [uploads]", "at [s]", "furthest behind [s]", "events"],
        rows=[_row(each) for each in flows],
    )


def _since(at: pd.Series, trial: Trial, until_s: float) -> np.ndarray:
    since = np.sort(at.to_numpy(dtype=float) - trial.started_at)
    return since[since <= until_s]


def _row(each: Flow) -> list[str]:
    return [
        each.trial.name,
        *(str(len(times)) for times in (each.due, each.answered, each.ended)),
        str(each.failed),
        str(each.most_open),
        number(each.most[0], 2),
        number(each.behind_s, 3),
        told_marks(each.trial),
    ]
