"""What a lesson is made of: an experiment, the group of cells that it shows, and what one slide holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from analysis.analysis import Analysis
from analysis.charts import Chart
from analysis.data.model import Experiment, Trial
from analysis.errors import AnalysisError
from analysis.format import Table, amount
from analysis.metrics.equivalence import pairs
from analysis.summary.groups import Group, measured_under


@dataclass(frozen=True, kw_only=True)
class Material:
    """What the experiment of the class says; in those of `broken` stacks were broken on purpose, `here` is what the
    preflight expects on this machine."""

    made: Analysis
    group: Group
    charts: Mapping[str, Chart]
    broken: Sequence[Experiment] = ()
    here: Sequence[str] = ()

    @property
    def experiment(self) -> Experiment:
        return self.made.experiment

    @property
    def sentences(self) -> list[str]:
        return [finding.sentence for finding in self.made.findings if finding.group is self.group and finding.chart]

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
    made: Analysis,
    charts: Sequence[Chart],
    *,
    broken: Sequence[Experiment] = (),
    here: Sequence[str] = (),
) -> Material:
    """The material in what was analysed: the first group in which both modes were measured, or the first."""
    if not made.groups:
        raise AnalysisError(
            f"{made.experiment.name} has no valid trial at a planned rate, so there is nothing to teach with. "
            "Measure one with make demo, or use results/example."
        )
    both = [group for group in made.groups if group.cells["mode"].nunique() > 1]
    group = (both or list(made.groups))[0]
    own = {chart.name: chart for chart in charts if chart.path.name == f"{chart.name}{group.suffix}"}
    return Material(made=made, group=group, charts=own, broken=broken, here=here)


@dataclass(frozen=True, kw_only=True)
class Way:
    """The parts to which an upload comes in one mode, in their order; the second one gives the user the answer."""

    mode: str
    parts: tuple[str, ...]
    answer: str

    @property
    def sentence(self) -> str:
        return f"{self.mode}: {' → '.join(self.parts)}. Response: {self.answer}."


@dataclass(frozen=True, kw_only=True)
class Slide:
    """What stands on the wall at once, and what is revealed after the class has predicted it.

    `words` stand there from the beginning. Then come, one by one, what was `expected` from the work alone, and the
    answer: a chart, by its name, or a table under the sentence `answer`. `until` is the minute at which it ends.
    """

    name: str
    title: str
    until: int
    notes: tuple[str, ...]
    words: tuple[str, ...] = ()
    expected: str = ""
    chart: str = ""
    answer: str = ""
    table: Table | None = None
    code: str = ""
    ways: tuple[Way, ...] = ()

    @property
    def reveals(self) -> tuple[str, ...]:
        """What each press of the arrow key brings before the next slide comes."""
        shown = {"what is expected": self.expected, "the chart": self.chart, "the table": self.table}
        return tuple(what for what, there in shown.items() if there)


def numbers_between(slides: Sequence[Slide], since: int, until: int) -> str:
    """The numbers of the slides that end after a minute and until another, with what they reveal.

    For example `4; 5 and 6: → what is expected, → the chart`; `none` where there is no such slide.
    """
    numbered = [(number, slide) for number, slide in enumerate(slides, start=1) if since < slide.until <= until]
    alike = groupby(numbered, key=lambda each: each[1].reveals)
    return "; ".join(_run([number for number, _ in run], reveals) for reveals, run in alike) or "none"


def _run(numbers: Sequence[int], reveals: Sequence[str]) -> str:
    """Numbers one after the other that reveal the same."""
    between = " and " if len(numbers) == 2 else " to "
    span = between.join(dict.fromkeys(map(str, (numbers[0], numbers[-1]))))
    return f"{span}: {', '.join(f'→ {what}' for what in reveals)}" if reveals else span


#: The lesson's texts and sources.
SOURCES = Path(__file__).parents[3] / "docs" / "lesson"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What an experiment says, and one of its groups of cells.

    `here` is what the preflight expects on this machine; `slides` are those to which the notes refer.
    """

    made: Analysis
    group: Group
    here: Sequence[str] = ()
    slides: Sequence[Slide] = ()

    @property
    def experiment(self) -> Experiment:
        return self.made.experiment

    @property
    def trials(self) -> list[Trial]:
        """The believed trials of that group, the fewest workers first."""
        return sorted(self.group.trials, key=lambda trial: (trial.cell.workers, trial.cell.mode, trial.repeat))

    @property
    def withheld_cells(self) -> set[tuple[str, int]]:
        """Mode and workers of the cells that were measured and of which no trial can be believed."""
        alike = measured_under(self.experiment, self.group.levels)
        cells = [{(trial.cell.mode, trial.cell.workers) for trial in each} for each in (alike, self.trials)]
        return cells[0] - cells[1]


def measured_on(experiment: Experiment, group: Group) -> str:
    """The day and the machine of an experiment, as far as they are known."""
    machine = experiment.info.get("machine") or {}
    day = str(experiment.info.get("created_at") or "")[:10]
    parts = [day, str(machine.get("cpu") or ""), amount(group.cores, "core") if group.cores else ""]
    return ", ".join(filter(None, parts)) or "on an unknown machine"
