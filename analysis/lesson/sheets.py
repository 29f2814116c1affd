"""Writes the pages around the slides: python -m analysis.lesson.sheets results/demo"""

import argparse
import sys
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.lesson import gift, quiz, texts
from analysis.lesson.gallery import write_gallery
from analysis.lesson.measured import SOURCES, Measured, read_measured


def write_material(measured: Measured, folder: Path) -> list[Path]:
    """Writes quiz, texts, gallery and diagram into the folder; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {f"{name}.html": texts.render(name, measured) for name in texts.TEXTS}
    made["quiz.html"] = quiz.render(measured)
    made["quiz.gift"] = gift.render(measured)
    # For those who open a page without the repository.
    made |= {name: (SOURCES / name).read_text(encoding="utf-8") for name in ("diagram.svg", "diagram.mmd")}
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [*(folder / name for name in made), write_gallery(measured, folder)]


def main(argv: list[str] | None = None) -> int:
    """0 done, 1 failed with a sentence on stderr, 2 misused."""
    parser = argparse.ArgumentParser(prog="python -m analysis.lesson.sheets", description=__doc__)
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    folder = parser.parse_args(argv).folder
    try:
        for path in write_material(read_measured(folder), folder / "lesson"):
            print(path)
    except (AnalysisError, OSError) as error:
        print(f"lesson: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
