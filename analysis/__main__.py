"""Charts, report and summary of one experiment, from its files alone."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.cells import groups
from analysis.charts import draw_charts
from analysis.checks import Verdict, verdict_on
from analysis.contrasts import comparisons
from analysis.errors import AnalysisError
from analysis.experiment import Experiment, Trial
from analysis.findings import findings
from analysis.findings_contrasts import contrast_sentence
from analysis.marks import with_marks
from analysis.mode_ratios import mode_ratios
from analysis.report import render
from analysis.samples import read_experiment
from analysis.summary import summarise, summarise_believed, summarise_trials
from analysis.terminal import markdown, open_console, show

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
    charted = groups(experiment, verdicts)
    per_trial = summarise_trials(experiment.trials, verdicts)
    compared = comparisons(per_trial)
    # What else was varied is the question of a plan that varies it, so its answer comes first.
    sentences = [contrast_sentence(each) for each in compared]
    sentences += [f"{group.prefix}{finding.sentence}" for group in charted for finding in findings(group.cells)]
    write_summary(summarise(experiment.trials, verdicts), folder / "summary.csv")
    page = render(
        experiment,
        verdicts,
        summary=shown,
        groups=charted,
        compared=compared,
        modes=mode_ratios(per_trial, summarise_trials(experiment.controls, _verdicts(experiment, experiment.controls))),
        sentences=sentences,
        charts=draw_charts(charted, folder / "charts", compared) if charts else [],
    )
    report = folder / "report.html"
    report.write_text(page, encoding="utf-8")
    if as_markdown:
        print(markdown(shown, sentences))
        return
    invalid = {name: judgement for name, judgement in verdicts.items() if judgement.invalid}
    errors = [f"{name}: {' '.join(judgement.reasons)}" for name, judgement in invalid.items()]
    console = open_console()
    show(console, experiment.name, shown, sentences, errors)
    console.print(f"Report: {report}", highlight=False, markup=False, soft_wrap=True)


def _verdicts(experiment: Experiment, trials: Sequence[Trial]) -> dict[str, Verdict]:
    return {trial.name: verdict_on(trial, experiment.ordinary_spin_s) for trial in trials}


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
