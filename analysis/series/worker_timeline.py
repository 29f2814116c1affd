"""When the workers of a trial worked on what: one lane for each process. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.model import Trial, marks, told_marks
from analysis.format import Table, duration, number, workers
from analysis.summary.groups import Telling, in_modes

# How much of a trial is shown, and how much of it before the first thing that happened.
SHOWN_S, SHOWN_WITH_EVENTS_S = 12.0, 18.0
BEFORE_EVENT_S = 2.0
# A time in which nobody works is reported if it is at least this long.
IDLE_TOLD_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """The work on pictures between two times [s since the load began], one row each.

    `work` has `lane`, `from_s`, `until_s`, `ended` (or still going on when the load stopped), `failed` and `again`:
    started more than once, of which only the last time is known; and `process`, empty in older files.
    """

    trial: Trial
    work: pd.DataFrame
    from_s: float
    until_s: float
    lanes: int

    @property
    def busy_share(self) -> float:
        """The share of their time that all places of work were busy."""
        inside = self.work["until_s"].clip(upper=self.until_s) - self.work["from_s"].clip(lower=self.from_s)
        return float(inside.sum()) / (self.trial.cell.places * (self.until_s - self.from_s))

    def longest_below_s(self, count: int) -> float:
        """The longest time in which fewer than so many pictures were in progress at once [s]."""
        steps = pd.concat([pd.Series(1, self.work["from_s"]), pd.Series(-1, self.work["until_s"])])
        at_work = steps.groupby(level=0).sum().cumsum()
        at = np.clip([self.from_s, *at_work.index, self.until_s], self.from_s, self.until_s)
        longest, begun = 0.0, self.from_s
        for end, enough in zip(at[1:], [False, *(at_work >= count)], strict=True):
            begun = end if enough else begun
            longest = max(longest, float(end - begun))
        return longest


def lanes(trial: Trial) -> Lanes:
    """What is shown of a trial: from the start of the measurement, or from shortly before something happened."""
    happened = marks(trial)
    start = max(0.0, happened[0].at_s - BEFORE_EVENT_S) if happened else trial.window.start - trial.started_at
    until = min(start + (SHOWN_WITH_EVENTS_S if happened else SHOWN_S), trial.load_stopped_at - trial.started_at)
    work = _worked(trial)
    work = work.assign(lane=lanes_of(work))
    shown = work[(work["until_s"] > start) & (work["from_s"] < until)]
    count = max(trial.cell.places, int(work["lane"].max()) + 1 if len(work) else 0)
    return Lanes(trial=trial, work=shown, from_s=start, until_s=until, lanes=count)


def lanes_sentence(telling: Telling, shown: Sequence[Lanes]) -> str:
    """How busy the workers were; after a fault for how long nobody worked."""
    trials = [each.trial for each in shown]
    happened = next((mark for trial in trials for mark in marks(trial)), None)
    busy = in_modes(
        [trial.cell.mode for trial in trials], [f"{100 * each.busy_share:.0f} % of the time" for each in shown]
    )
    if not happened:
        return f"With {telling.words}, the slots are busy {busy}"
    start = f"{happened.words.capitalize()} after {number(happened.at_s)} s"
    nobody_s, not_all_s = (shown[0].longest_below_s(count) for count in (1, shown[0].trial.cell.places))
    if nobody_s >= IDLE_TOLD_S:
        return f"{start}: for {duration(nobody_s)} no worker is busy"
    return f"{start}: for {duration(not_all_s)} not all of {workers(telling.workers)} are busy"


def lanes_table(shown: Sequence[Lanes]) -> Table:
    """One row per trial: what is shown of it, and how busy its workers were then."""
    return Table(
        headings=["trial", "from [s]", "until [s]", "slots", "pictures", "started again [pictures]"]
        + ["busy [%]", "longest time with none busy [s]", "longest time with not all busy [s]"]
        + ["events"],
        rows=[_row(each) for each in shown],
    )


def _worked(trial: Trial) -> pd.DataFrame:
    begun = trial.pictures.drop_duplicates("id").dropna(subset=["started_at"]).sort_values("started_at")
    until_s = trial.load_stopped_at - trial.started_at
    work = pd.DataFrame(
        {
            "from_s": begun["started_at"] - trial.started_at,
            "until_s": (begun["finished_at"] - trial.started_at).fillna(until_s),
            "ended": begun["finished_at"].notna(),
            "failed": begun["state"] == "failed",
            "again": begun["executions"] > 1,
            "process": begun.get("process_id", ""),
        }
    )
    return work[work["from_s"] < work["until_s"]].reset_index(drop=True)


def _row(each: Lanes) -> list[str]:
    return [
        each.trial.name,
        number(each.from_s, 2),
        number(each.until_s, 2),
        str(each.trial.cell.places),
        str(len(each.work)),
        str(int(each.work["again"].sum())),
        number(100 * each.busy_share),
        number(each.longest_below_s(1), 3),
        number(each.longest_below_s(each.trial.cell.places), 3),
        told_marks(each.trial),
    ]


def lanes_of(work: pd.DataFrame) -> pd.Series:
    """A lane from 0 on for each row, of which `process` worked from `from_s` until `until_s`.

    A process has a lane of its own, or one for each picture that its threads work on at once; one that starts after
    another has ended takes over its lane. Without processes, as in older files, each picture takes the first free lane.
    """
    if work.empty:
        return pd.Series(0, work.index)
    strand = pd.concat([_first_free(own) for _, own in work.groupby("process")])
    keys = [work["process"], strand.reindex(work.index).rename("strand")]
    lives = work.groupby(keys).agg(from_s=("from_s", "min"), until_s=("until_s", "max"))
    lane = _first_free(lives)
    return pd.Series(lane.reindex(pd.MultiIndex.from_arrays(keys)).to_numpy(), work.index)


def places_of(work: pd.DataFrame, count: int) -> pd.Series:
    """The same with no more lanes than so many: where processes left unfinished work and were replaced, a picture
    takes the place that will be free first."""
    lanes = lanes_of(work)
    return lanes if lanes.max() < count else _first_free(work, most=count)


def _first_free(work: pd.DataFrame, most: int | None = None) -> pd.Series:
    """The greedy colouring of an interval graph: in order of their starts each takes the first lane that is free."""
    order = np.argsort(work["from_s"].to_numpy(), kind="stable")
    begins, ends = (work[name].to_numpy()[order] for name in ("from_s", "until_s"))
    lanes = np.zeros(len(work), dtype=int)
    # Nothing that waits for what was before it needs a second lane.
    if not (ends[:-1] <= begins[1:]).all():
        lanes[order] = _greedily(begins.tolist(), ends.tolist(), most)
    return pd.Series(lanes, work.index)


def _greedily(begins: list[float], ends: list[float], most: int | None) -> list[int]:
    free_at: list[float] = []
    taken = []
    for begun, ended in zip(begins, ends, strict=True):
        lane = next((n for n, free in enumerate(free_at) if free <= begun), len(free_at))
        lane = int(np.argmin(free_at)) if lane == most else lane
        free_at[lane : lane + 1] = [ended]
        taken.append(lane)
    return taken
