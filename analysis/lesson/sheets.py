"""Writes what a class works with beside the slides: quiz, texts, gallery and diagram."""

from pathlib import Path

from analysis.lesson import texts
from analysis.lesson.content.measured import SOURCES, Measured
from analysis.lesson.gallery.gallery import write_gallery
from analysis.lesson.worksheets import gift, quiz


def write_sheets(measured: Measured, folder: Path) -> list[Path]:
    """Writes all of them into the folder, which is there; gives the files."""
    made = {f"{name}.html": texts.render_text(name, measured) for name in texts.TEXTS}
    made["quiz.html"] = quiz.render(measured)
    made["quiz.gift"] = gift.render_gift(measured)
    # For those who open a page without the repository.
    made |= {name: (SOURCES / name).read_text(encoding="utf-8") for name in ("diagram.svg", "diagram.mmd")}
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [*(folder / name for name in made), write_gallery(measured, folder)]
