"""Charts, report and summary of one experiment, from its files alone."""

import argparse
import os
import sys
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from analysis.guessed import guess_sentences
from analysis.lesson.arguments import lesson_parser
from analysis.lesson.build import build
from analysis.lesson.here import expected_here
from analysis.lesson.material import gather
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
  python -m analysis lesson results/demo
"""


@dataclass(frozen=True, kw_only=True)
class Analysed:
    """An experiment with what was said of it; `told` are the rows for people, `report` is the file."""

    experiment: Experiment
    verdicts: Mapping[str, Verdict]
    told: pd.DataFrame
    answer: Answer
    report: Path


def main(argv: list[str] | None = None) -> int:
    """0 done, 1 failed with a sentence on stderr, 2 misused."""
    words = sys.argv[1:] if argv is None else argv
    try:
        if words and words[0] in COMMANDS:
            return COMMANDS[words[0]](words[1:])
        options = _parser().parse_args(words)
        analyse(options.folder, charts=options.charts, as_markdown=options.markdown)
    except (AnalysisError, OSError) as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 1
    return 0


def analyse(folder: Path, *, charts: bool, as_markdown: bool) -> None:
    """Writes `summary.csv`, `charts/` and `report.html` into the folder and prints the result."""
    analysed = write_results(folder, folder, charts=charts)
    told, answer = analysed.told, analysed.answer
    if as_markdown:
        print(markdown(told, answer.sentences))
        return
    invalid = {name: judgement for name, judgement in analysed.verdicts.items() if judgement.invalid}
    errors = [f"{name}: {' '.join(judgement.reasons)}" for name, judgement in invalid.items()]
    errors += answer.unequal
    console = open_console()
    show(console, analysed.experiment.name, told, answer.sentences, errors)
    console.print(f"Report: {analysed.report}", highlight=False, markup=False, soft_wrap=True)


def write_results(folder: Path, into: Path, *, charts: bool) -> Analysed:
    """Writes what follows from the files of a folder into the same or another one."""
    into.mkdir(parents=True, exist_ok=True)
    experiment = read_experiment(folder)
    verdicts = _verdicts(experiment, experiment.trials)
    shown = with_marks(summarise_believed(experiment.trials, verdicts))
    # Each step of a search has a rate of its own, so its table would be as long as the search.
    told = shown.iloc[:0] if experiment.searched else shown
    write_summary(summarise(experiment.trials, verdicts), into / "summary.csv")
    answer = (_answer_of_search if experiment.searched else _answer_of_cells)(experiment, verdicts, into, charts)
    calibrated = draw_calibration(experiment.info.get("calibration"), into / "charts") if charts else []
    report = into / "report.html"
    report.write_text(
        render(experiment, verdicts, summary=shown, answer=answer, calibrated=calibrated), encoding="utf-8"
    )
    return Analysed(experiment=experiment, verdicts=verdicts, told=told, answer=answer, report=report)


def lesson(argv: Sequence[str]) -> int:
    """Everything that a lesson needs, from the files of one experiment."""
    options = lesson_parser().parse_args(argv)
    into = options.output or options.folder
    analysed = write_results(options.folder, into, charts=True)
    broken = read_experiment(options.faults).trials if options.faults else ()
    here = expected_here(options.folder.parent)
    answer = analysed.answer
    material = gather(analysed.experiment, answer.groups, answer.charts, broken=broken, here=here)
    written = build(material, into / "lesson", analysed.report)
    print("\n".join(map(str, written)))
    if options.open and not os.environ.get("CI"):
        webbrowser.open(written[0].resolve().as_uri())
    return 0


#: What may stand in the place of a folder.
COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {"lesson": lesson}


def _answer_of_cells(experiment: Experiment, verdicts: Mapping[str, Verdict], folder: Path, charts: bool) -> Answer:
    """What cells measured at given rates say."""
    charted = groups(experiment, verdicts)
    per_trial = summarise_trials(experiment.trials, verdicts)
    controls = summarise_trials(experiment.controls, _verdicts(experiment, experiment.controls))
    compared = comparisons(per_trial)
    # What else was varied is the question of a plan that varies it, so its answer comes first.
    sentences = [contrast_sentence(each) for each in compared]
    sentences += [f"{group.prefix}{finding.sentence}" for group in charted for finding in findings(group.cells)]
    sentences += [f"{group.prefix}{words}" for group in charted for words in guess_sentences(group.cells, group.guess)]
    return Answer(
        sentences=sentences,
        charts=draw_charts(charted, folder / "charts", compared) if charts else [],
        groups=charted,
        compared=compared,
        unequal=[words for group in charted for words in unequal_work(group.cells, group.prefix)],
        modes=mode_ratios(per_trial, controls),
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
