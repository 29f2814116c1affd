"""The table that holds each prediction against what was measured afterwards. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.format import GROWS, number
from analysis.models.predictions import residual
from analysis.summary.groups import Group
from analysis.tables.summary import Table

HEADINGS = ["conditions", "mode", "workers", "utilisation, predicted [1]"] + [
    f"{what}: {side}"
    for what in ("throughput [pictures/s]", "ready time, median [s]", "ready time, p95 [s]")
    for side in ("predicted", "measured", "off by [%]")
]
PREDICTED_METRICS = {"throughput": 2, "ready_p50_s": 3, "ready_p95_s": 3}


def expected_table(groups: Sequence[Group]) -> Table | None:
    """One row per cell that was predicted; None where none was. Positive is more, or longer, than predicted."""
    rows = [
        [group.prefix.removesuffix(": ") or "–", *_prediction_row(row)]
        for group in groups
        for _, row in group.cells.iterrows()
        if not pd.isna(row["predicted_throughput"])
    ]
    return Table(headings=HEADINGS, rows=rows) if rows else None


def _prediction_row(row: "pd.Series[Any]") -> list[str]:
    told = [str(row["mode"]), str(row["workers"]), number(float(str(row["predicted_utilisation"])), 2)]
    for metric, digits in PREDICTED_METRICS.items():
        told += [_value(row, f"predicted_{metric}", digits), _value(row, metric, digits), _off(row, metric)]
    return told


def _value(row: "pd.Series[Any]", column: str, digits: int) -> str:
    value = float(str(row[column]))
    if np.isinf(value) or row.get(f"{column.removesuffix('_s')}_mark") == GROWS:
        return GROWS
    return number(value, digits)


def _off(row: "pd.Series[Any]", metric: str) -> str:
    if row.get(f"{metric.removesuffix('_s')}_mark"):
        return "–"
    share = residual(row, metric)
    return "–" if np.isnan(share) else f"{100 * share:+.0f}"
