"""Everything that a lesson needs, from the files of one experiment."""

import argparse
import os
import sys
import webbrowser
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from analysis.console import failed
from analysis.data.model import Experiment
from analysis.data.reader import read_experiment
from analysis.errors import AnalysisError
from analysis.lesson.build import build
from analysis.lesson.content.material import gather
from analysis.lesson.here import expected_here
from analysis.lesson.slides.sync_chart import sync_chart
from analysis.report.writer import write_results

EXAMPLES = """examples:
  python -m analysis lesson results/demo
  python -m analysis lesson results/demo --faults results/faults-live --faults results/faults-live-safe --open
  python -m analysis lesson results/example --output results/lesson-example
"""
#: Into these the lesson breaks something while the class looks on; into the last one all faults are measured.
LIVE, ALL_FAULTS = ("faults-live", "faults-live-safe"), ("faults-defaults",)
#: One of these is set where a browser can be shown.
DESKTOPS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def main(argv: list[str]) -> int:
    """0 done, 1 failed with a sentence on stderr, 2 misused."""
    options = _parser().parse_args(argv)
    try:
        written = _write(options)
    except (AnalysisError, OSError) as error:
        return failed(error)
    print("\n".join(map(str, written)))
    if options.open:
        _open(written[0])
    return 0


def _open(page: Path) -> None:
    """Where somebody sits in front of it; the pages are there all the same where no browser starts."""
    if os.environ.get("CI") or not (sys.platform == "darwin" or any(map(os.environ.get, DESKTOPS))):
        return
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(page.resolve().as_uri())


def _write(options: argparse.Namespace) -> list[Path]:
    into = options.output or options.folder
    analysed = write_results(options.folder, into, charts=True)
    answer = analysed.answer
    here, lesson = expected_here(options.folder.parent), into / "lesson"
    broken = list(map(read_experiment, options.faults)) or broken_beside(options.folder)
    material = gather(analysed.experiment, answer.groups, answer.charts, broken=broken, here=here)
    drawn_here = sync_chart(material.group, lesson / "charts")
    return build(replace(material, charts={**material.charts, **drawn_here}), lesson, analysed.report)


def broken_beside(folder: Path) -> list[Experiment]:
    """The experiments in which something was broken, in the same folder of results: the lesson's own, or else all."""
    for names in (LIVE, ALL_FAULTS):
        there = [path for path in map(folder.resolve().with_name, names) if path.exists()]
        if found := [experiment for experiment in map(_read_if_finished, there) if experiment]:
            return found
    return []


def _read_if_finished(folder: Path) -> Experiment | None:
    """The experiment; None, with a sentence, where none of its trials can be read: the lesson does without it."""
    try:
        return read_experiment(folder)
    except AnalysisError as error:
        print(f"analysis: the slides do without {folder.name}: {error}", file=sys.stderr)
        return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis lesson",
        description="Slides, hand-out and prediction page, with charts and report, in FOLDER/lesson.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--output", type=Path, help="write into this folder, and leave the experiment's as it is")
    parser.add_argument(
        "--faults",
        type=Path,
        action="append",
        default=[],
        help="an experiment that python -m loadtests faults has measured; can be given several times. Without it those "
        "of the lesson, faults-live and faults-live-safe beside FOLDER, or else faults-defaults",
    )
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    return parser
