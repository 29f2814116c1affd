"""Charts, report and summary of one experiment, from its files alone."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.capacities import capacity_sentences, overload_sentences, with_prefix
from analysis.cells import groups
from analysis.charts import draw_charts
from analysis.charts.calibration import draw_calibration
from analysis.charts.searches import draw_searches
from analysis.checks import Verdict, verdict_on
from analysis.contrasts import comparisons
from analysis.errors import AnalysisError
from analysis.experiment import Experiment, Trial
from analysis.findings import findings
from analysis.findings_contrasts import contrast_sentence
from analysis.marks import with_marks
from analysis.mode_ratios import mode_ratios
from analysis.report import Answer, render
from analysis.samples import read_experiment
from analysis.summary import summarise, summarise_believed, summarise_trials
from analysis.terminal import markdown, open_console, show
from analysis.work import unequal_work

EXAMPLES = """examples:
  python -m analysis results/demo
  python -m analysis results/demo --markdown
  python -m analysis results/by-hand --no-charts
"""


def main(argv: list[str] | None = None) -> int:
    """0 done, 1 failed with a sentence on stderr, 2 misused."""
    options = _parser().parse_args(argv)
    try:
        analyse(options.folder, charts=options.charts, as_markdown=options.markdown)
    except (AnalysisError, OSError) as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 1
    return 0


def analyse(folder: Path, *, charts: bool, as_markdown: bool) -> None:
    """Writes `summary.csv`, `charts/` and `report.html` into the folder and prints the result."""
    experiment = read_experiment(folder)
    verdicts = _verdicts(experiment, experiment.trials)
    shown = with_marks(summarise_believed(experiment.trials, verdicts))
    # Each step of a search has a rate of its own, so its table would be as long as the search.
    told = shown.iloc[:0] if experiment.searched else shown
    write_summary(summarise(experiment.trials, verdicts), folder / "summary.csv")
    answer = (_answer_of_search if experiment.searched else _answer_of_cells)(experiment, verdicts, folder, charts)
    calibrated = draw_calibration(experiment.info.get("calibration"), folder / "charts") if charts else []
    report = folder / "report.html"
    report.write_text(
        render(experiment, verdicts, summary=shown, answer=answer, calibrated=calibrated), encoding="utf-8"
    )
    if as_markdown:
        print(markdown(told, answer.sentences))
        return
    invalid = {name: judgement for name, judgement in verdicts.items() if judgement.invalid}
    errors = [f"{name}: {' '.join(judgement.reasons)}" for name, judgement in invalid.items()]
    errors += answer.unequal
    console = open_console()
    show(console, experiment.name, told, answer.sentences, errors)
    console.print(f"Report: {report}", highlight=False, markup=False, soft_wrap=True)


def _answer_of_cells(experiment: Experiment, verdicts: Mapping[str, Verdict], folder: Path, charts: bool) -> Answer:
    """What cells measured at given rates say."""
    charted = groups(experiment, verdicts)
    per_trial = summarise_trials(experiment.trials, verdicts)
    controls = summarise_trials(experiment.controls, _verdicts(experiment, experiment.controls))
    compared, modes = comparisons(per_trial), mode_ratios(per_trial, controls)
    # What else was varied is the question of a plan that varies it, so its answer comes first.
    sentences = [contrast_sentence(each) for each in compared]
    sentences += [f"{group.prefix}{finding.sentence}" for group in charted for finding in findings(group.cells)]
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
        sentences=[*capacity_sentences(found), *overload_sentences(per_trial)],
        charts=draw_searches(experiment, found, folder / "charts") if charts else [],
        capacities=found,
    )


def _verdicts(experiment: Experiment, trials: Sequence[Trial]) -> dict[str, Verdict]:
    return {trial.name: verdict_on(trial, experiment.ordinary_spins_s) for trial in trials}


def write_summary(summary: pd.DataFrame, path: Path) -> None:
    """Saves the summary; an infinite time is written `inf`, a withheld one stays empty."""
    summary.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--markdown", action="store_true", help="print findings and table as Markdown")
    parser.add_argument("--no-charts", dest="charts", action="store_false", help="draw nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
