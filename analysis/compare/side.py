"""One of the experiments that are compared, as a value. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Experiment
from analysis.summary.groups import Group
from analysis.validity.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Side:
    """One experiment, by what it is called beside the others.

    `groups` are what its own charts compare; `per_trial` has one row a trial with the CPU seconds per picture, those
    with an INVALID verdict left out of both.
    """

    label: str
    experiment: Experiment
    verdicts: Mapping[str, Verdict]
    groups: Sequence[Group]
    per_trial: pd.DataFrame

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
