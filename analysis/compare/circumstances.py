"""Under which circumstances experiments were measured, for the subtitles of their charts."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.charts.parts.layout import counted, subtitle
from analysis.data.factors import named
from analysis.summary.groups import Group


def circumstances(groups: Sequence[Group], varied: Sequence[str], *notes: str) -> str:
    """The subtitle of a chart with a line for each mode of each experiment."""
    trials = [int(count) for group in groups for count in group.cells["trials"]]
    note = " · ".join(filter(None, [other_cores(groups), *notes]))
    counts = f"{counted(trials, 'trial')} per cell"
    return subtitle(conditions(groups, varied), without_other_cores(groups), counts, note)


def conditions(groups: Sequence[Group], varied: Sequence[str]) -> list[str]:
    """The load, and what was varied, of all experiments: more than one level where they were forced together."""
    return list(dict.fromkeys(words for group in groups for words in named(group.levels, varied)))


def without_other_cores(groups: Sequence[Group]) -> list[Group]:
    """The groups; without their cores where those differ, because a subtitle tells one number."""
    return list(groups) if not other_cores(groups) else [replace(group, cores=None) for group in groups]


def other_cores(groups: Sequence[Group]) -> str:
    """The cores of each machine, such as `2 and 8 cores`; empty if all have as many."""
    cores = list(dict.fromkeys(group.cores for group in groups))
    return f"{' and '.join('?' if each is None else str(each) for each in cores)} cores" if len(cores) > 1 else ""
