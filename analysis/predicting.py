"""Writes the predictions of an experiment whose trials are still to come."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.data.model import Cell
from analysis.data.reader import PREDICTION, read_bare
from analysis.models.ceiling import services
from analysis.models.mgc import capacity, highest_rate
from analysis.models.predictions import predictions


def predicted_rates(folder: Path, cell: Mapping[str, Any], goal: Mapping[str, Any], cores: int) -> tuple[float, float]:
    """The highest rate at which a cell should keep a goal, and the most it can finish, made of `bare.csv` alone
    [pictures/s]."""
    asked = Cell(**cell)
    service = services(read_bare(folder))[asked.workload]
    most = capacity(service, asked.places, cores)
    # The answer of queue mode does not wait for a worker, so its workers are what runs out.
    within = {"share": goal["share"], "limit_s": goal["limit_s"]}
    if asked.mode == "queue" and goal["clock"] == "response":
        return most, most
    return highest_rate(service, places=asked.places, cores=cores, **within), most


def write_predictions(folder: Path, cells: Sequence[Mapping[str, Any]], cores: int) -> None:
    """Save what each cell should show, made of `bare.csv` alone; cells are given as their levels."""
    predictions(read_bare(folder), [Cell(**cell) for cell in cells], cores).to_csv(
        folder / PREDICTION, index=False, lineterminator="\n"
    )
