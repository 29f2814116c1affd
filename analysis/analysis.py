"""All that an experiment says, computed once: charts, report, terminal, comparison, pool and lesson render it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.capacity.results import (
    capacity_sentences,
    disagreement_sentences,
    overload_sentences,
    with_prefix,
)
from analysis.capacity.workers_needed import decision_sentences
from analysis.data.model import Experiment
from analysis.findings.cells import Finding, Kind, findings, headline
from analysis.findings.contrasts import contrast_sentence
from analysis.findings.prediction_error import guess_sentences
from analysis.findings.throughput import drained_sentences, scalability_sentences
from analysis.metrics.equivalence import unequal_work
from analysis.summary.cells import believed, summarise, summarise_trials, with_marks
from analysis.summary.contrasts import Comparison, ModeRatio, comparisons, mode_ratios
from analysis.summary.groups import Group, groups
from analysis.validity.verdict import Verdict, verdicts_on


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """An experiment with the verdicts on its trials, its numbers, and what they say.

    `summary` has one row per cell as `summary.csv` keeps it, `cells` the same for people; `per_trial` has one row per
    trial, `controls` the same of cells that were measured a second time. `groups`, `compared` and `modes` are made
    of the trials that are not invalid. `findings` stand in the order in which the report shows them; `unequal` says
    where the modes did not do the same work. `capacities` has one row for each search for the highest rate that
    meets a goal, None if there was none.
    """

    experiment: Experiment
    verdicts: dict[str, Verdict]
    summary: pd.DataFrame
    cells: pd.DataFrame
    per_trial: pd.DataFrame
    controls: pd.DataFrame
    groups: Sequence[Group] = ()
    compared: Sequence[Comparison] = ()
    modes: Sequence[ModeRatio] = ()
    headline: str = ""
    findings: Sequence[Finding] = ()
    unequal: Sequence[str] = ()
    capacities: pd.DataFrame | None = None

    @property
    def sentences(self) -> list[str]:
        """Every finding in words, without its full stop."""
        return [finding.words for finding in self.findings]


def analyse(experiment: Experiment, verdicts: dict[str, Verdict] | None = None) -> Analysis:
    """Judge the trials of an experiment, unless that was done, sum them up, and say what they show."""
    verdicts = verdicts_on(experiment.measured) if verdicts is None else verdicts
    summary = summarise(experiment.trials, verdicts)
    made = Analysis(
        experiment=experiment,
        verdicts=verdicts,
        summary=summary,
        cells=with_marks(believed(summary)),
        per_trial=summarise_trials(experiment.trials, verdicts),
        controls=summarise_trials(experiment.controls, verdicts),
    )
    return _of_search(made) if experiment.searched else _of_cells(made)


def _of_cells(made: Analysis) -> Analysis:
    """What cells measured at given rates say."""
    charted = groups(made.experiment, made.verdicts, made.summary, made.per_trial)
    compared = comparisons(made.per_trial)
    # What else was varied is the question of a plan that varies it, so its answer comes first.
    found = [Finding(kind=Kind.CONTRAST, sentence=contrast_sentence(each)) for each in compared]
    found += [replace(finding, group=group) for group in charted for finding in findings(group.cells)]
    for kind, sentences in ((Kind.SCALABILITY, scalability_sentences), (Kind.PREDICTION_ERROR, guess_sentences)):
        found += [Finding(kind=kind, sentence=words, group=group) for group in charted for words in sentences(group)]
    unequal = [words for group in charted for words in unequal_work(group.cells, group.prefix)]
    return replace(
        made,
        groups=charted,
        compared=compared,
        modes=mode_ratios(made.per_trial, made.controls),
        headline="" if unequal else headline(charted),
        findings=found,
        unequal=unequal,
    )


def _of_search(made: Analysis) -> Analysis:
    """What searches for the highest rate that keeps a goal say."""
    if made.experiment.capacities.empty:
        return replace(made, findings=[Finding(kind=Kind.NO_CAPACITY, sentence="No search has finished yet")])
    found = with_prefix(made.experiment.capacities, made.per_trial)
    sentences_by_kind = {
        Kind.DECISION: decision_sentences(found),
        Kind.CAPACITY: capacity_sentences(found),
        Kind.DISAGREEMENT: disagreement_sentences(found),
        Kind.OVERLOAD: overload_sentences(made.cells),
        Kind.SCALABILITY: drained_sentences(found),
    }
    said = [
        Finding(kind=kind, sentence=sentence) for kind, sentences in sentences_by_kind.items() for sentence in sentences
    ]
    return replace(made, capacities=found, findings=said)
