"""Everything that a lesson needs, from the files of one experiment."""

import argparse
import os
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.lesson.build import build
from analysis.lesson.here import expected_here
from analysis.lesson.material import gather
from analysis.printing import failed
from analysis.samples import read_experiment
from analysis.writing import write_results

EXAMPLES = """examples:
  python -m analysis lesson results/demo
  python -m analysis lesson results/demo --faults results/faults-defaults --open
  python -m analysis lesson results/example --output results/lesson-example
"""
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
    broken = read_experiment(options.faults) if options.faults else None
    here = expected_here(options.folder.parent)
    material = gather(analysed.experiment, answer.groups, answer.charts, broken=broken, here=here)
    return build(material, into / "lesson", analysed.report)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis lesson",
        description="Slides, hand-out and prediction page, with charts and report, in FOLDER/lesson.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--output", type=Path, help="write into this folder, and leave the experiment's as it is")
    parser.add_argument("--faults", type=Path, help="an experiment that python -m loadtests faults has measured")
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    return parser
