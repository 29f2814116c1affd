"""What a lesson is made of: one group of cells with its charts, and what faults did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.charts import Chart
from analysis.data.model import Experiment
from analysis.errors import AnalysisError
from analysis.findings.cells import findings
from analysis.metrics.equivalence import pairs
from analysis.summary.groups import Group, measured_under


@dataclass(frozen=True, kw_only=True)
class Material:
    """The experiment of the class; in those of `broken` stacks were broken on purpose, `here` is what the preflight
    expects on this machine."""

    experiment: Experiment
    group: Group
    charts: Mapping[str, Chart]
    broken: Sequence[Experiment] = ()
    here: Sequence[str] = ()

    @property
    def sentences(self) -> list[str]:
        return [finding.sentence for finding in findings(self.group.cells)]

    @property
    def worker_counts(self) -> list[int]:
        return sorted({int(count) for count in self.group.cells["workers"]})

    @property
    def compared_counts(self) -> list[int]:
        """The worker counts that both modes have; all of them where the modes share none."""
        return [count for count, _, _ in pairs(self.group.cells)] or self.worker_counts

    def asked_count(self, mode: str) -> int:
        """The worker count about whose answers the class is asked: the fewest that both modes have, or this one."""
        if shared := pairs(self.group.cells):
            return shared[0][0]
        return int(self.group.cells["workers"][self.group.cells["mode"] == mode].min())

    @property
    def withheld_trials(self) -> list[str]:
        """The trials that were measured like those of the group and that cannot be believed."""
        believed = {trial.name for trial in self.group.trials}
        alike = measured_under(self.experiment, self.group.levels)
        return [trial.name for trial in alike if trial.name not in believed]


def gather(
    experiment: Experiment,
    groups: Sequence[Group],
    charts: Sequence[Chart],
    *,
    broken: Sequence[Experiment] = (),
    here: Sequence[str] = (),
) -> Material:
    """The material in what was analysed: the first group in which both modes were measured, or the first."""
    if not groups:
        raise AnalysisError(
            f"{experiment.name} has no trial at a given rate that can be believed, and so nothing to teach with. "
            "Measure one with make demo, or take results/example."
        )
    both = [group for group in groups if group.cells["mode"].nunique() > 1]
    group = (both or list(groups))[0]
    own = {chart.name: chart for chart in charts if chart.path.name == f"{chart.name}{group.suffix}"}
    return Material(experiment=experiment, group=group, charts=own, broken=broken, here=here)
