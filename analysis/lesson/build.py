"""Writes everything that a lesson needs, from the files of one experiment."""

import json
import os
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

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
    "exercises.html": "exercises with collapsible answers",
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
    sentences = [expected_throughput(cells), expected_wait(cells, "queue").replace("Expected", "Ready time expected")]
    return (f"Preflight of this machine, {checked_at}.", *(f"{sentence}." for sentence in sentences))


#: Into these the lesson breaks something while the class looks on; into the last one all faults are measured.
LIVE, ALL_FAULTS = ("faults-live", "faults-live-safe"), ("faults-defaults",)
#: One of these is set where a browser can be shown.
DESKTOPS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def write_lesson(folder: Path, *, output: Path | None, faults: Sequence[Path]) -> list[Path]:
    """Writes the lesson of an experiment, with charts and report, into its folder or another one; gives the files."""
    into = output or folder
    written = write_results(folder, into, charts=True)
    here, lesson = expected_here(folder.parent), into / "lesson"
    broken = list(map(read_experiment, faults)) or broken_beside(folder)
    material = gather(written.analysis, written.charts, broken=broken, here=here)
    drawn_here = sync_chart(material.group, lesson / "charts")
    return build(replace(material, charts={**material.charts, **drawn_here}), lesson, written.report)


def open_in_browser(page: Path) -> None:
    """Where somebody sits in front of it; the pages are there all the same where no browser starts."""
    if os.environ.get("CI") or not (sys.platform == "darwin" or any(map(os.environ.get, DESKTOPS))):
        return
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(page.resolve().as_uri())


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
