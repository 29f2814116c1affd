"""Copies of the committed example in which one thing is different."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

EXAMPLE = Path(__file__).parents[2] / "results" / "example"


def copied(folder: Path) -> Path:
    """The example in another folder."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("charts"))
    return folder


def with_experiment(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Changes what `experiment.json` says."""
    return _changed(folder, folder / "experiment.json", change)


def with_trials(folder: Path, change: Callable[[dict[str, Any]], object], which: str = "*") -> Path:
    """Changes what every `trial.json` says, or only those whose folder has such a name."""
    for path in folder.glob(f"{which}/trial.json"):
        _changed(folder, path, change)
    return folder


def with_machine(folder: Path, **machine: object) -> Path:
    """The experiment and each of its trials were measured on such a machine."""
    with_trials(folder, lambda trial: trial["machine"].update(machine) if "machine" in trial else None)
    return with_experiment(folder, lambda info: info["machine"].update(machine))


def answering_slower(folder: Path, times: float) -> Path:
    """Every answer comes after so many times as long."""
    for path in folder.glob("*/requests.csv"):
        rows = pd.read_csv(path, dtype={"status": "Int64"})
        rows["answered_at"] = rows["due_at"] + times * (rows["answered_at"] - rows["due_at"])
        rows.to_csv(path, index=False)
    return folder


def losing(folder: Path, trial: str, pictures: int) -> Path:
    """The server forgets the last pictures of a trial, which the client was promised."""
    path = folder / trial / "pictures.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-pictures]) + "\n")
    return folder


def _changed(folder: Path, path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return folder
