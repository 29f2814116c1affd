"""Which trials of a group are looked into: few of them, and those that tell most. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Trial
from analysis.summary.groups import Group
from analysis.summary.marks import keeps_up, told_workers
from analysis.validity.verdict import OVERLOADED


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The first trial of each mode at one worker count, and those words for it that also tell what is doubtful."""

    workers: int
    words: str
    overloaded: bool
    trials: tuple[Trial, ...]


def tellings(group: Group) -> list[Telling]:
    """The fewest workers that are overloaded and the fewest that keep up; where there are neither, the fewest."""
    rows = group.cells.sort_values("workers")
    overloaded = rows.loc[rows["verdict"] == OVERLOADED, "workers"]
    keeping = [count for count, alike in rows.groupby("workers") if all(keeps_up(row) for _, row in alike.iterrows())]
    chosen = [*overloaded[:1], *keeping[:1]] or [*rows["workers"][:1]]
    return [_telling(group, int(str(count))) for count in dict.fromkeys(chosen)]


def steadiest(group: Group) -> Telling:
    """The fewest workers that keep up, or the nearest to it that there is."""
    return tellings(group)[-1]


def in_modes(modes: Iterable[str], said: Iterable[str]) -> str:
    """What is said of each mode, such as `2 s in sync and 3 s in queue`; once where it is the same."""
    words = list(said)
    if len(words) > 1 and len(set(words)) == 1:
        return f"{words[0]} in both modes"
    return " and ".join(f"{each} in {mode}" for mode, each in zip(modes, words, strict=True))


def _telling(group: Group, count: int) -> Telling:
    rows: pd.DataFrame = group.cells[group.cells["workers"] == count]
    return Telling(
        workers=count,
        words=told_workers(count, *(row for _, row in rows.iterrows())),
        overloaded=bool((rows["verdict"] == OVERLOADED).any()),
        trials=tuple(group.trials_of(mode, count)[0] for mode in dict.fromkeys(rows["mode"])),
    )
