"""Writes the lesson's files into a folder, and the page that links to them."""

import os
from collections.abc import Iterator
from pathlib import Path

from analysis.lesson.content.material import Material
from analysis.lesson.content.measured import measured
from analysis.lesson.page import render
from analysis.lesson.sheets import write_sheets
from analysis.lesson.slides.pptx import write_deck
from analysis.lesson.slides.reveal import render_slides
from analysis.lesson.slides.story import story
from analysis.lesson.worksheets.predict import render_predict
from analysis.lesson.worksheets.prediction_sheets import render_handout

#: What each file is for, in the order of a lesson; those that are not there are not linked to.
WHAT = {
    "notes.html": "the teacher's notes, minute by minute",
    "slides.html": "the slides; press S for the speaker's view, print with slides.html?print-pdf",
    "slides.pptx": "the same story with charts that you can edit",
    "handout.html": "the hand-out: print it, two pages of A4",
    "predict.html": "the page on which the class predicts",
    "exercises.html": "exercises with folded answers",
    "django.html": "homework: from a Django view to a Celery task, step by step, with two faults to mend",
    "gallery.html": "how to lie with this data",
    "quiz.html": "the quiz; it prints with or without its key",
    "quiz.gift": "the quiz for Moodle",
}


def build(material: Material, folder: Path, report: Path) -> list[Path]:
    """Writes everything and gives its paths; the page that links to it and to the report is the first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _pages(material):
        (folder / name).write_text(text, encoding="utf-8")
    slides = story(material)
    write_sheets(measured(material.experiment, material.group, material.here, slides), folder)
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
