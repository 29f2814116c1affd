"""Writes the predictions of an experiment whose trials are still to come."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.expected import predictions
from analysis.experiment import Cell
from analysis.samples import PREDICTION, read_bare


def write_predictions(folder: Path, cells: Sequence[Mapping[str, Any]], cores: int) -> None:
    """Save what each cell should show, made of `bare.csv` alone; cells are given as their levels."""
    predictions(read_bare(folder), [Cell(**cell) for cell in cells], cores).to_csv(
        folder / PREDICTION, index=False, lineterminator="\n"
    )
