"""A copy of the app that may be broken."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from loadtests.errors import StackError
from loadtests.exercises.broken import Edit, Exercise, broken, mended
from loadtests.stack.commands import APP


def break_copy(exercise: Exercise, folder: Path) -> Path:
    """A fresh copy of the app in the folder, with the exercise's fault in it; gives the copy's own folder."""
    copy = fresh_copy(folder)
    _edit(copy, (*exercise.scene, *exercise.fault), broken)
    return copy


def fresh_copy(folder: Path) -> Path:
    """The app as it is, without its data; never in the place of something else."""
    copy = folder / "app"
    if copy.exists():
        raise StackError(f"{copy} is there already. Go on with it, remove it, or give another --folder.")
    shutil.copytree(APP, copy, ignore=shutil.ignore_patterns("var", "__pycache__"))
    return copy


def mend_copy(exercise: Exercise, copy: Path) -> None:
    """Put what the fault has changed as it was."""
    _edit(copy, exercise.fault, mended)


def _edit(copy: Path, edits: Iterable[Edit], how: Callable[[str, Edit], str]) -> None:
    for edit in edits:
        path = copy / edit.file
        try:
            text = how(path.read_text(encoding="utf-8"), edit)
        except ValueError as error:
            raise StackError(f"{error}Take a fresh copy: another --folder.") from error
        path.write_text(text, encoding="utf-8")
