"""What was measured, as values: an experiment, its trials and cells, and the events on its stack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.data.class_predictions import Guess
from analysis.format import number


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One combination of mode, workers and conditions; `offered_rate` in pictures per second.

    `stack` says how the parts came to run, `web_threads` are threads of one web process, `broker_delay_s`
    is added in each direction. The defaults are what held before a trial wrote down its own.
    """

    mode: str
    workers: int
    workload: str
    offered_rate: float
    stack: str = "local"
    broker: str = "redis"
    queue_type: str = "classic"
    database: str = "sqlite"
    web_threads: int = 1
    prefetch: int = 1
    broker_delay_s: float = 0.0
    append_only: str = "no"
    profile: str = "safe"
    fault: str = "none"

    @property
    def places(self) -> int:
        """How many pictures can be worked on at once: in sync every thread of a web process is a place."""
        return self.workers * (self.web_threads if self.mode == "sync" else 1)


@dataclass(frozen=True, kw_only=True)
class Window:
    """A half-open span of time `[start, end)` in Unix seconds."""

    start: float
    end: float

    @property
    def length_s(self) -> float:
        return self.end - self.start

    def holds(self, at: pd.Series) -> pd.Series:
        """Which of the times lie inside; a missing time does not."""
        return at.between(self.start, self.end, inclusive="left")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a trial ran on: its cores, None if nobody wrote them down, and the pictures that bare processes worked on
    there, None if they worked on none."""

    cores: int | None = None
    bare: pd.DataFrame | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One measured execution of one cell, with the rows of the client and of the server.

    `broker_remaining` counts the messages that the broker still held at the end; None if it was not asked.
    `cpu_seconds` holds what each component used inside the window. `external_writes` says how often the external
    resource stored each picture, `memory` how much each process held; None where it was not asked. `elsewhere` are
    pictures that somebody else sent to the same stack meanwhile: they count for broker and database, and for no figure.
    """

    name: str
    cell: Cell
    repeat: int
    started_at: float
    window: Window
    load_stopped_at: float
    cpu_seconds: Mapping[str, float]
    broker_remaining: int | None
    requests: pd.DataFrame
    pictures: pd.DataFrame
    backlog: pd.DataFrame
    info: Mapping[str, Any]
    external_writes: pd.DataFrame | None = None
    memory: pd.DataFrame | None = None
    elsewhere: pd.DataFrame | None = None
    machine: Machine = Machine()

    @property
    def worked_on(self) -> pd.DataFrame:
        """Every picture that the stack worked on: of the trial and from elsewhere."""
        if self.elsewhere is None or self.elsewhere.empty:
            return self.pictures
        return pd.concat([self.pictures, self.elsewhere], ignore_index=True)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One question and the finished trials that answer it; `unfinished` names those that are not.

    `replaced` names the noisy ones that were measured again and do not count; `usual_spin_s` is how long a
    fixed piece of work usually took on the idle machine [s]. `bare` holds the pictures that bare processes did,
    `predicted` what was expected of each cell before it was measured; both are empty where that was not done.
    `controls` are cells that were measured a second time in the same blocks, to show what chance alone does.
    `capacities` has one row per search for the highest rate that keeps a goal. `guess` is what a class had predicted.
    """

    name: str
    info: Mapping[str, Any]
    trials: tuple[Trial, ...]
    unfinished: tuple[str, ...]
    replaced: tuple[str, ...] = ()
    controls: tuple[Trial, ...] = ()
    usual_spin_s: float | None
    bare: pd.DataFrame
    predicted: pd.DataFrame
    capacities: pd.DataFrame
    guess: Guess | None = None

    @property
    def measured(self) -> tuple[Trial, ...]:
        """Every trial that counts, the controls last."""
        return (*self.trials, *self.controls)

    @property
    def searched(self) -> bool:
        """Whether the trials are steps of searches for a rate, and not cells of their own."""
        return bool((self.info.get("plan") or {}).get("goal"))

    @property
    def cores(self) -> int | None:
        cores = (self.info.get("machine") or {}).get("cores")
        return int(cores) if cores else None


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
    is_instant = ended - began <= AT_ONCE_S or any(abs(ended - at) <= AT_ONCE_S for at in back)
    return [(began, what)] if is_instant else [(began, what), (ended, "over")]
