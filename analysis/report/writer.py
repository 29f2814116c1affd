"""Writes what follows from an experiment's files: summary, charts and report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.capacity.results import (
    capacity_sentences,
    disagreement_sentences,
    overload_sentences,
    with_prefix,
)
from analysis.capacity.workers_needed import decision_sentences
from analysis.charts import draw_charts
from analysis.charts.calibration import draw_calibration
from analysis.charts.capacity import draw_searches
from analysis.data.model import Experiment
from analysis.data.reader import read_experiment
from analysis.findings.cells import findings
from analysis.findings.contrasts import contrast_sentence
from analysis.findings.prediction_error import guess_sentences
from analysis.findings.throughput import drained_sentences, scalability_sentences
from analysis.metrics.equivalence import unequal_work
from analysis.report.page import Answer, render
from analysis.summary.cells import summarise_believed, summarise_kept, summarise_trials, with_marks
from analysis.summary.contrasts import comparisons, mode_ratios
from analysis.summary.groups import groups
from analysis.validity.verdict import Verdict, verdict_on


@dataclass(frozen=True, kw_only=True)
class Analysed:
    """An experiment with what was said of it; `told` are the rows for people, `report` is the file."""

    experiment: Experiment
    verdicts: Mapping[str, Verdict]
    told: pd.DataFrame
    answer: Answer
    report: Path


def write_results(folder: Path, into: Path, *, charts: bool) -> Analysed:
    """Writes what follows from the files of a folder into the same or another one."""
    into.mkdir(parents=True, exist_ok=True)
    experiment = read_experiment(folder)
    verdicts = {trial.name: verdict_on(trial) for trial in experiment.measured}
    shown = with_marks(summarise_believed(experiment.trials, verdicts))
    # Each step of a search has a rate of its own, so its table would be as long as the search.
    told = shown.iloc[:0] if experiment.searched else shown
    write_summary(summarise_kept(experiment.trials, verdicts), into / "summary.csv")
    answer = (_answer_of_search if experiment.searched else _answer_of_cells)(experiment, verdicts, into, charts)
    calibrated = draw_calibration(experiment.info.get("calibration"), into / "charts") if charts else []
    report = into / "report.html"
    report.write_text(
        render(experiment, verdicts, summary=shown, answer=answer, calibrated=calibrated), encoding="utf-8"
    )
    return Analysed(experiment=experiment, verdicts=verdicts, told=told, answer=answer, report=report)


def write_summary(summary: pd.DataFrame, path: Path) -> None:
    """Saves the summary; an infinite time is written `inf`, a withheld one stays empty."""
    summary.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _answer_of_cells(experiment: Experiment, verdicts: Mapping[str, Verdict], folder: Path, charts: bool) -> Answer:
    """What cells measured at given rates say."""
    charted = groups(experiment, verdicts)
    per_trial = summarise_trials(experiment.trials, verdicts)
    controls = summarise_trials(experiment.controls, verdicts)
    compared, modes = comparisons(per_trial), mode_ratios(per_trial, controls)
    # What else was varied is the question of a plan that varies it, so its answer comes first.
    sentences = [contrast_sentence(each) for each in compared]
    sentences += [f"{group.prefix}{finding.sentence}" for group in charted for finding in findings(group.cells)]
    sentences += [sentence for group in charted for sentence in scalability_sentences(group)]
    sentences += [f"{group.prefix}{words}" for group in charted for words in guess_sentences(group.cells, group.guess)]
    return Answer(
        sentences=sentences,
        charts=draw_charts(charted, folder / "charts", compared, modes) if charts else [],
        groups=charted,
        compared=compared,
        unequal=[words for group in charted for words in unequal_work(group.cells, group.prefix)],
        modes=modes,
    )


def _answer_of_search(experiment: Experiment, verdicts: Mapping[str, Verdict], folder: Path, charts: bool) -> Answer:
    """What searches for the highest rate that keeps a goal say."""
    if experiment.capacities.empty:
        return Answer(sentences=["No search has ended yet"], charts=[])
    per_trial = summarise_trials(experiment.trials, verdicts)
    found = with_prefix(experiment.capacities, per_trial)
    return Answer(
        sentences=[
            *decision_sentences(found),
            *capacity_sentences(found),
            *disagreement_sentences(found),
            *overload_sentences(summarise_believed(experiment.trials, verdicts)),
            *drained_sentences(found),
        ],
        charts=draw_searches(experiment, verdicts, found, folder / "charts") if charts else [],
        capacities=found,
    )
