"""Puts the cells of experiments side by side: which belong together, and the ratio of each to the first. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.analysis import Analysis
from analysis.data.factors import CONDITIONS, EXPERIMENT, Levels, levels_of, prefix
from analysis.data.model import Experiment
from analysis.format import GROWS
from analysis.summary.contrasts import (
    CPU,
    READY,
    RESPONSE,
    SIDE_OVERLOADED,
    THROUGHPUT,
    Comparison,
    Contrast,
    pair_ratios,
    with_cost,
)
from analysis.summary.groups import Group
from analysis.validity.verdict import INVALID, Verdict


@dataclass(frozen=True, kw_only=True)
class Side:
    """One experiment, by what it is called beside the others, with what it says."""

    label: str
    made: Analysis

    @property
    def experiment(self) -> Experiment:
        return self.made.experiment

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Those on the trials of cells; controls are not compared."""
        return {trial.name: self.made.verdicts[trial.name] for trial in self.experiment.trials}

    @property
    def groups(self) -> Sequence[Group]:
        """What its own charts compare."""
        return self.made.groups

    @property
    def per_trial(self) -> pd.DataFrame:
        """One row per trial with the CPU seconds per picture, those with an INVALID verdict left out."""
        rows = self.made.per_trial
        return with_cost(rows[~rows["verdict"].isin(INVALID)])

    @property
    def withheld(self) -> list[str]:
        """The trials that cannot be believed."""
        return [name for name, judged in self.verdicts.items() if judged.invalid]

    @property
    def cells(self) -> set[tuple[str, int]]:
        """Mode and workers of everything that can be believed."""
        return {
            (str(mode), int(count))
            for group in self.groups
            for mode, count in zip(group.cells["mode"], group.cells["workers"], strict=True)
        }


RESPONSE_P95, READY_P95 = "response_p95_s", "ready_p95_s"
METRICS = (RESPONSE, RESPONSE_P95, READY, READY_P95, THROUGHPUT, CPU)
TIMES = (RESPONSE, RESPONSE_P95, READY, READY_P95)
SAME_UPLOADS = ["mode", "workers", "repeat", "load"]
OTHER_UPLOADS = "not the same uploads"


@dataclass(frozen=True, kw_only=True)
class Together:
    """The groups of experiments that share the levels of everything that one of them varied.

    `levels` are those of the first; `labels` and `groups` are one each experiment; `compared` holds the ratios of every
    further experiment to the first, in every metric.
    """

    levels: Levels
    varied: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[Group, ...]
    compared: tuple[Comparison, ...]

    @property
    def prefix(self) -> str:
        """What a sentence begins with: the level of every condition that was varied."""
        return prefix(self.levels, self.varied)

    @property
    def common(self) -> bool:
        """Whether there is anything to compare."""
        return any(comparison.contrasts for comparison in self.compared)

    @property
    def cells(self) -> pd.DataFrame:
        """All cells one below the other, each with the label of its `experiment`."""
        return pd.concat(
            [group.cells.assign(experiment=label) for label, group in zip(self.labels, self.groups, strict=True)],
            ignore_index=True,
        )


def togethers(sides: Sequence[Side]) -> list[Together]:
    """One for each combination of varied levels that the first experiment and another one measured."""
    varied = varied_within(sides)
    keyed = [{_key(group, varied): group for group in side.groups} for side in sides]
    found = [
        _together([(side, each[key]) for side, each in zip(sides, keyed, strict=True) if key in each], varied)
        for key in keyed[0]
    ]
    return [each for each in found if each.common]


def varied_within(sides: Sequence[Side]) -> tuple[str, ...]:
    """The conditions that some experiment measured at more than one level: their levels must agree."""
    return tuple(name for name in CONDITIONS if any(len(_levels(side, name)) > 1 for side in sides))


def held_apart(base: Side, other: Side) -> dict[str, tuple[Any, Any]]:
    """The conditions that each of the two held, and at another level than the other one did."""
    found = {name: (*_levels(base, name), *_levels(other, name)) for name in CONDITIONS}
    varied = varied_within([base, other])
    return {name: (both[0], both[1]) for name, both in found.items() if name not in varied and len(set(both)) == 2}


def _levels(side: Side, name: str) -> list[Any]:
    return levels_of(trial.cell for trial in side.experiment.trials)[name]


def _key(group: Group, varied: Sequence[str]) -> tuple[Any, ...]:
    return tuple(group.levels[name] for name in varied)


def _together(members: Sequence[tuple[Side, Group]], varied: tuple[str, ...]) -> Together:
    base = members[0]
    return Together(
        levels=base[1].levels,
        varied=varied,
        labels=tuple(side.label for side, _ in members),
        groups=tuple(group for _, group in members),
        compared=tuple(_comparison(base, other, varied) for other in members[1:]),
    )


def _comparison(base: tuple[Side, Group], other: tuple[Side, Group], varied: tuple[str, ...]) -> Comparison:
    return Comparison(
        factor=EXPERIMENT,
        base=base[0].label,
        level=other[0].label,
        held=base[1].levels,
        varied=varied,
        contrasts=tuple(_contrasts(base, other)),
    )


def _contrasts(base: tuple[Side, Group], other: tuple[Side, Group]) -> Iterator[Contrast]:
    cells = [with_cost(group.cells) for _, group in (base, other)]
    sides = cells[0].merge(cells[1], on=["mode", "workers"], suffixes=("_base", "_other"))
    pairs = _pairs(base, other)
    for _, both in sides.iterrows():
        alike = pairs[(pairs["mode"] == both["mode"]) & (pairs["workers"] == both["workers"])]
        for metric in METRICS:
            # In sync the answer comes when the picture is ready.
            if not (both["mode"] == "sync" and metric in (RESPONSE, RESPONSE_P95)):
                yield from _contrast(both, metric, alike)


def _contrast(both: "pd.Series[Any]", metric: str, pairs: pd.DataFrame) -> Iterator[Contrast]:
    """The ratio of every pair of trials with the same uploads; where pairs give none, that of the two cells.

    Nothing where a metric was not measured; no ratio of a time where one side says something in its place.
    """
    mark = f"{metric.removesuffix('_s')}_mark"
    marks = [said for side in ("base", "other") if metric in TIMES and (said := both[f"{mark}_{side}"])]
    withheld = bool(marks)
    cells = pd.DataFrame([both.to_dict() | {"repeat": 0}])
    of_pairs, of_cells = (() if withheld else pair_ratios(rows, metric) for rows in (pairs, cells))
    ratios = of_pairs or of_cells
    doubts = [both["doubt_base"], both["doubt_other"], OTHER_UPLOADS if pairs.empty else ""]
    if ratios or withheld:
        yield Contrast(
            mode=str(both["mode"]),
            workers=int(both["workers"]),
            metric=metric,
            control=False,
            ratios=ratios,
            utilisation=(float(both["utilisation_base"]), float(both["utilisation_other"])),
            doubt=", ".join(dict.fromkeys(filter(None, doubts))),
            paired=bool(of_pairs) or not ratios,
            missing=SIDE_OVERLOADED if GROWS in marks else "".join(f"one side has {said}" for said in marks[:1]),
        )


def _pairs(base: tuple[Side, Group], other: tuple[Side, Group]) -> pd.DataFrame:
    one, another = (_trials(*each) for each in (base, other))
    return one.merge(another, on=SAME_UPLOADS, suffixes=("_base", "_other"))


def _trials(side: Side, group: Group) -> pd.DataFrame:
    """The trials of a group that say which uploads they replayed."""
    rows = side.per_trial
    here = (rows[list(group.levels)] == pd.Series(dict(group.levels))).all(axis=1)
    return rows[here & (rows["load"] != "")]
