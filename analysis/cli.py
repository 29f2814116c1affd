"""The command line: what can be asked, and what is done then."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.compare.charts import STYLES
from analysis.compare.comparison import compare
from analysis.console import failed
from analysis.errors import AnalysisError
from analysis.lesson.build import open_in_browser, write_lesson
from analysis.pool.pooling import pool_all, share
from analysis.report.terminal import markdown, open_console, show, with_block
from analysis.report.writer import write_results
from analysis.validity.ledger import faults
from analysis.validity.verdict import INVALID_ACCOUNTS


@dataclass(frozen=True)
class Command:
    """What a command does in a line, and its options in examples."""

    help: str
    examples: tuple[str, ...]


COMMANDS: Mapping[str, Command] = {
    "report": Command(
        "write summary, charts and report of one experiment into its folder",
        ("results/demo", "results/demo --markdown", "results/by-hand --no-charts"),
    ),
    "compare": Command(
        "put two or more experiments on the same axes, or say why that would be unfair",
        (
            "results/demo results/demo-on-the-server",
            "results/redis results/rabbitmq results/far-broker --output results/compared/brokers",
            'results/demo results/example --unfair "the example is only an example"',
        ),
    ),
    "pool": Command(
        "put the results of many laptops into one chart by number of cores",
        ("sent/", "a.json b.csv lines.txt results/demo --workers 2 --output results/pooled"),
    ),
    "share": Command(
        "export a shareable summary of a result, as a file and as a line to copy",
        ("results/demo", "results/demo --csv"),
    ),
    "lesson": Command(
        "write slides, hand-out, quiz and prediction page, with charts and report, into FOLDER/lesson",
        (
            "results/demo",
            "results/demo --faults results/faults-live --faults results/faults-live-safe --open",
            "results/example --output results/lesson-example",
        ),
    ),
    "markdown-block": Command(
        "replace a marked block of a file with standard input",
        ("README.md example < table.md",),
    ),
}


def main(argv: list[str] | None = None) -> int:
    """0 done, 1 failed with a sentence on stderr, 2 misused."""
    words = sys.argv[1:] if argv is None else argv
    if words and words[0] not in (*COMMANDS, "-h", "--help"):
        words = ["report", *words]
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except (AnalysisError, OSError) as error:
        return failed(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Analyse the files of an experiment. With only a folder, runs `report` on it.",
        epilog=_examples(*COMMANDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="|".join(COMMANDS))
    add_options = {
        "report": _add_report,
        "compare": _add_compare,
        "pool": _add_pool,
        "share": _add_share,
        "lesson": _add_lesson,
        "markdown-block": _add_markdown_block,
    }
    for name, command in COMMANDS.items():
        added = commands.add_parser(
            name,
            help=command.help,
            description=f"{command.help[0].upper()}{command.help[1:]}.",
            epilog=_examples(name),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add_options[name](added)
    return parser


def _examples(*names: str) -> str:
    """Every example of one command, or the first of each."""
    shown = [(name, example) for name in names for example in COMMANDS[name].examples[: None if len(names) == 1 else 1]]
    return "\n".join(["examples:", *(f"  python -m analysis {name} {example}" for name, example in shown)])


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_report)
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--markdown", action="store_true", help="print findings and table as Markdown")
    parser.add_argument("--no-charts", dest="charts", action="store_false", help="draw nothing")


def _report(options: argparse.Namespace) -> int:
    report(options.folder, charts=options.charts, as_markdown=options.markdown)
    return 0


def report(folder: Path, *, charts: bool, as_markdown: bool) -> None:
    """Writes `summary.csv`, `charts/` and `report.html` into the folder and prints the result."""
    written = write_results(folder, folder, charts=charts)
    made = written.analysis
    # Each step of a search has a rate of its own, so its table would be as long as the search.
    rows = made.cells.iloc[:0] if made.experiment.searched else made.cells
    if as_markdown:
        print(markdown(rows, made.sentences))
        return
    invalid = {name: judgement for name, judgement in made.verdicts.items() if judgement.invalid}
    said = {name: f"{name}: {' '.join(judgement.words)}" for name, judgement in invalid.items()}
    # What is lost to a fault on purpose is an answer.
    broken = [trial for trial in made.experiment.measured if made.verdicts[trial.name].name == INVALID_ACCOUNTS]
    on_purpose = [trial.name for trial in broken if faults(trial)]
    errors = [words for name, words in said.items() if name not in on_purpose]
    sentences = [*made.sentences, *(said[name].removesuffix(".") for name in on_purpose)]
    console = open_console()
    show(console, made.experiment.name, rows, sentences, [*errors, *made.unequal])
    console.print(f"Report: {written.report}", highlight=False, markup=False, soft_wrap=True)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_compare, misused=parser.error)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="an experiment; the first is the base")
    parser.add_argument("--output", type=Path, help="where to write (default: compared/A-B next to the first)")
    parser.add_argument(
        "--unfair",
        default="",
        metavar="WHY",
        help="compare although it is unfair, and say why; charts, page and CSV show it",
    )


def _compare(options: argparse.Namespace) -> int:
    if not 2 <= len(options.folders) <= len(STYLES):
        options.misused(f"name two to {len(STYLES)} folders: more cannot be told apart in one chart")
    return compare(options.folders, output=options.output, unfair=options.unfair)


def _add_pool(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_pool)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file that was sent, or a folder")
    parser.add_argument(
        "--workers",
        type=int,
        help="worker count whose speed-up over one worker is charted (default: the largest that most laptops measured)",
    )
    parser.add_argument("--output", type=Path, help="where to write (default: pooled/ next to the first)")


def _pool(options: argparse.Namespace) -> int:
    pool_all(options.paths, options.output or options.paths[0].resolve().parent / "pooled", options.workers)
    return 0


def _add_share(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_share)
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--csv", action="store_true", help="write share.csv as well, a table with a row for each cell")


def _share(options: argparse.Namespace) -> int:
    share(options.folder, csv=options.csv)
    return 0


def _add_lesson(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_lesson)
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--output", type=Path, help="write into this folder instead of the experiment's")
    parser.add_argument(
        "--faults",
        type=Path,
        action="append",
        default=[],
        help="an experiment measured by python -m loadtests faults; may be repeated. Default: faults-live and "
        "faults-live-safe next to FOLDER, or else faults-defaults",
    )
    parser.add_argument("--open", action="store_true", help="open it in the browser")


def _lesson(options: argparse.Namespace) -> int:
    written = write_lesson(options.folder, output=options.output, faults=options.faults)
    print("\n".join(map(str, written)))
    if options.open:
        open_in_browser(written[0])
    return 0


def _add_markdown_block(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_markdown_block)
    parser.add_argument("path", type=Path, metavar="FILE", help="a file with the marks <!-- NAME:begin --> and :end")
    parser.add_argument("name", nargs="?", default="example", metavar="NAME", help="the block (default: example)")


def _markdown_block(options: argparse.Namespace) -> int:
    block = sys.stdin.buffer.read().decode("utf-8")
    try:
        text = with_block(options.path.read_text(encoding="utf-8"), block, options.name)
    except ValueError as error:
        raise AnalysisError(f"{options.path}: {error}") from error
    options.path.write_text(text, encoding="utf-8")
    return 0
