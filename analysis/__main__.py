"""Charts, report and summary of one experiment, from its files alone.

Further commands, each with a --help of its own: compare, lesson, pool, share.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.compare import cli as compare
from analysis.console import failed, print_anything
from analysis.errors import AnalysisError
from analysis.lesson import cli as lesson
from analysis.pool import cli
from analysis.pool import cli as pool
from analysis.report.terminal import markdown, open_console, show
from analysis.report.writer import write_results
from analysis.validity.ledger import faults
from analysis.validity.verdict import INVALID_ACCOUNTS

EXAMPLES = """examples:
  python -m analysis results/demo
  python -m analysis results/demo --markdown
  python -m analysis results/by-hand --no-charts
"""

#: What the first word may be instead of a folder.
COMMANDS: Mapping[str, Callable[[list[str]], int]] = {
    "compare": compare.main,
    "lesson": lesson.main,
    "pool": pool.main,
    "share": cli.share_main,
}


def main(argv: list[str] | None = None) -> int:
    """0 done, 1 failed with a sentence on stderr, 2 misused."""
    words = sys.argv[1:] if argv is None else argv
    if words and words[0] in COMMANDS:
        return COMMANDS[words[0]](words[1:])
    options = _parser().parse_args(words)
    try:
        report(options.folder, charts=options.charts, as_markdown=options.markdown)
    except (AnalysisError, OSError) as error:
        return failed(error)
    return 0


def report(folder: Path, *, charts: bool, as_markdown: bool) -> None:
    """Writes `summary.csv`, `charts/` and `report.html` into the folder and prints the result."""
    written = write_results(folder, folder, charts=charts)
    made = written.analysis
    # Each step of a search has a rate of its own, so its table would be as long as the search.
    told = made.cells.iloc[:0] if made.experiment.searched else made.cells
    if as_markdown:
        print(markdown(told, made.sentences))
        return
    invalid = {name: judgement for name, judgement in made.verdicts.items() if judgement.invalid}
    said = {name: f"{name}: {' '.join(judgement.words)}" for name, judgement in invalid.items()}
    # What is lost to a fault on purpose is an answer.
    broken = [trial for trial in made.experiment.measured if made.verdicts[trial.name].name == INVALID_ACCOUNTS]
    on_purpose = [trial.name for trial in broken if faults(trial)]
    errors = [words for name, words in said.items() if name not in on_purpose]
    sentences = [*made.sentences, *(said[name].removesuffix(".") for name in on_purpose)]
    console = open_console()
    show(console, made.experiment.name, told, sentences, [*errors, *made.unequal])
    console.print(f"Report: {written.report}", highlight=False, markup=False, soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--markdown", action="store_true", help="print findings and table as Markdown")
    parser.add_argument("--no-charts", dest="charts", action="store_false", help="draw no charts")
    return parser


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
