"""Everything that a lesson needs, from the files of one experiment."""

import argparse
import json
import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.console import failed
from analysis.data.model import Experiment
from analysis.data.reader import PREDICTION, read_experiment
from analysis.data.schema import PREDICTED
from analysis.errors import AnalysisError
from analysis.lesson.content import page
from analysis.lesson.content.material import SOURCES, Material, Measured, gather
from analysis.lesson.content.page import render
from analysis.lesson.content.questions import expected_throughput, expected_wait
from analysis.lesson.gallery.panels import write_gallery
from analysis.lesson.slides.measurements import sync_chart
from analysis.lesson.slides.pptx import write_deck
from analysis.lesson.slides.reveal import render_slides, story
from analysis.lesson.worksheets import quiz
from analysis.lesson.worksheets.prediction_sheets import render_handout, render_predict
from analysis.report.writer import write_results


def write_sheets(measured: Measured, folder: Path) -> list[Path]:
    """Writes all of them into the folder, which is there; gives the files."""
    made = {f"{name}.html": page.render_text(name, measured) for name in page.TEXTS}
    made["quiz.html"] = quiz.render(measured)
    made["quiz.gift"] = quiz.render_gift(measured)
    # For those who open a page without the repository.
    made |= {name: (SOURCES / name).read_text(encoding="utf-8") for name in ("diagram.svg", "diagram.mmd")}
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [*(folder / name for name in made), write_gallery(measured, folder)]


#: What each file is for, in the order of a lesson; those that are not there are not linked to.
WHAT = {
    "notes.html": "the teacher's notes, minute by minute",
    "slides.html": "the slides; press S for the speaker view, print with slides.html?print-pdf",
    "slides.pptx": "the same slides with charts that you can edit",
    "handout.html": "the hand-out to print, two pages of A4",
    "predict.html": "the page on which the class predicts",
    "exercises.html": "exercises with folded answers",
    "django.html": "homework: from a Django view to a Celery task, step by step, with two bugs to fix",
    "gallery.html": "how to mislead with this data",
    "quiz.html": "the quiz, to print with or without its key",
    "quiz.gift": "the quiz for Moodle",
}


def build(material: Material, folder: Path, report: Path) -> list[Path]:
    """Writes everything and gives its paths; the page that links to it and to the report is the first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _pages(material):
        (folder / name).write_text(text, encoding="utf-8")
    slides = story(material)
    write_sheets(Measured(made=material.made, group=material.group, here=material.here, slides=slides), folder)
    write_deck(slides, material, folder / "slides.pptx")
    there = {name: what for name, what in WHAT.items() if (folder / name).exists()}
    index = folder / "index.html"
    address = Path(os.path.relpath(report, folder)).as_posix()
    index.write_text(render("index.html", title=slides[0].title, files=there, report=address), encoding="utf-8")
    return [index, *(folder / name for name in there), report]


def _pages(material: Material) -> Iterator[tuple[str, str]]:
    slides = story(material)
    yield "slides.html", render_slides(material.experiment.name, slides, material.charts)
    yield "handout.html", render_handout(material, slides)
    yield "predict.html", render_predict(material)


#: The folder beside an experiment's in which the preflight leaves what it saw.
FOLDER = "preflight"


def expected_here(results: Path) -> tuple[str, ...]:
    """Sentences with the numbers, and when they were made; none where there was no preflight."""
    folder = results / FOLDER
    if not (folder / PREDICTION).exists():
        return ()
    cells = pd.read_csv(folder / PREDICTION).rename(columns={name: f"predicted_{name}" for name in PREDICTED})
    checked_at = json.loads((folder / "preflight.json").read_text(encoding="utf-8"))["checked_at"]
    told = [expected_throughput(cells), expected_wait(cells, "queue").replace("Expected", "Ready time expected")]
    return (f"Preflight of this machine, {checked_at}.", *(f"{sentence}." for sentence in told))


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
    written = write_results(options.folder, into, charts=True)
    here, lesson = expected_here(options.folder.parent), into / "lesson"
    broken = list(map(read_experiment, options.faults)) or broken_beside(options.folder)
    material = gather(written.analysis, written.charts, broken=broken, here=here)
    drawn_here = sync_chart(material.group, lesson / "charts")
    return build(replace(material, charts={**material.charts, **drawn_here}), lesson, written.report)


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
        print(f"analysis: the slides leave out {folder.name}: {error}", file=sys.stderr)
        return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis lesson",
        description="Slides, hand-out and prediction page, with charts and report, in FOLDER/lesson.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--output", type=Path, help="write into this folder instead of the experiment's")
    parser.add_argument(
        "--faults",
        type=Path,
        action="append",
        default=[],
        help="an experiment measured by python -m loadtests faults; may be repeated. Default: faults-live and "
        "faults-live-safe beside FOLDER, or else faults-defaults",
    )
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    return parser
