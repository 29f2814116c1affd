"""Puts the prediction and the ceiling of bare processes beside what was measured. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.factors import conditions_of
from analysis.data.model import Cell
from analysis.data.schema import KEYS, PREDICTED
from analysis.metrics.utilisation import ceilings
from analysis.models.mgc import Service, predict
from analysis.validity.verdict import OVERLOADED


def services(bare: pd.DataFrame) -> dict[str, Service]:
    """How long one process alone takes for the pictures of each workload."""
    alone = bare[bare["processes"] == 1]
    return {
        str(workload): Service(
            times_s=np.sort((rows["finished_at"] - rows["started_at"]).to_numpy()), cpu_s=float(rows["cpu_s"].mean())
        )
        for workload, rows in alone.groupby("workload")
    }


def predictions(bare: pd.DataFrame, cells: Sequence[Cell], cores: int) -> pd.DataFrame:
    """One row per cell whose workload was done in bare processes: its levels and what it should show."""
    known = services(bare)
    rows: list[dict[str, Any]] = [
        {"mode": cell.mode, "workers": cell.workers, **conditions_of(cell)}
        | asdict(predict(known[cell.workload], offered_rate=cell.offered_rate, places=cell.places, cores=cores))
        for cell in cells
        if cell.workload in known
    ]
    return pd.DataFrame(rows, columns=[*KEYS, *PREDICTED])


def with_expected(cells: pd.DataFrame, bare: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """Adds `ceiling_throughput`, `efficiency` and `predicted_...`; missing where nobody looked.

    `efficiency` is what was finished over the ceiling of as many bare processes, where there was always work to do.
    """
    typed = predicted.astype({key: cells[key].dtype for key in KEYS}) if predicted.empty else predicted
    named = typed.rename(columns={name: f"predicted_{name}" for name in PREDICTED})
    known = cells.merge(ceilings(bare), on=["workload", "workers"], how="left").merge(named, on=list(KEYS), how="left")
    # With threads a web process works on several pictures at once: as many bare processes are no ceiling then.
    threaded = (known["mode"] == "sync") & (known["web_threads"] > 1)
    known["ceiling_throughput"] = known["ceiling_throughput"].mask(threaded)
    saturated = (known["verdict"] == OVERLOADED) & (known["doubt"] == "")
    return known.assign(efficiency=(known["throughput"] / known["ceiling_throughput"]).where(saturated))


def residual(row: "pd.Series[Any]", metric: str) -> float:
    """By which share what was measured lies above its prediction; NaN where one of them is missing or not finite."""
    measured, predicted = float(row[metric]), float(row[f"predicted_{metric}"])
    known = np.isfinite([measured, predicted]).all() and predicted > 0
    return measured / predicted - 1 if known else np.nan
