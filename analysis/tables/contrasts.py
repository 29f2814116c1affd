"""Comparisons, modes and predictions as tables: one row per metric, mode and worker count."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.factors import prefix, short
from analysis.findings.contrasts import ratio_text, reading, reading_of, with_doubt
from analysis.format import GROWS, Table, number
from analysis.metrics.equivalence import estimate
from analysis.models.predictions import residual
from analysis.summary.contrasts import CPU, READY, RESPONSE, THROUGHPUT, Comparison, Contrast, ModeRatio
from analysis.summary.groups import Group

METRIC_WORDS = {
    RESPONSE: "response time, median",
    "response_p95_s": "response time, p95",
    READY: "ready time, median",
    "ready_p95_s": "ready time, p95",
    THROUGHPUT: "throughput",
    CPU: "CPU time per picture",
}
SPREADS = {1: "none", 2: "lowest to highest"}


def contrast_heading(comparison: Comparison) -> str:
    """What is compared, such as `rabbitmq instead of redis`."""
    base, level = (short(comparison.factor, side) for side in (comparison.base, comparison.level))
    return f"{prefix(comparison.held, comparison.varied)}{level} instead of {base}"


def contrast_table(comparison: Comparison) -> Table:
    """Every contrast of a comparison; ratios are the other level over the base."""
    return Table(
        headings=["mode", "workers", "what", "ratio", "from", "to", "spread", "pairs"]
        + ["utilisation of both sides", "reading"],
        rows=[_row(contrast) for contrast in comparison.contrasts],
    )


def _row(contrast: Contrast) -> list[str]:
    mode = f"{contrast.mode} (control)" if contrast.control else contrast.mode
    utilisation = ", ".join(number(value, 2) for value in contrast.utilisation)
    return [
        mode,
        str(contrast.workers),
        METRIC_WORDS[contrast.metric],
        *spread_texts(contrast.ratios)[:-1],
        str(contrast.pairs) if contrast.ratios else "–",
        utilisation,
        with_doubt(reading(contrast), contrast.doubt),
    ]


def spread_texts(ratios: Sequence[float]) -> list[str]:
    """Ratio, its ends, what they are, and from how many pairs; dashes where there is nothing."""
    if not ratios:
        return ["–"] * 5
    found = estimate(ratios)
    ends = ["–", "–"] if found.pairs == 1 else [ratio_text(found.low), ratio_text(found.high)]
    return [ratio_text(found.ratio), *ends, SPREADS.get(found.pairs, "95 % interval"), str(found.pairs)]


def mode_table(found: Sequence[ModeRatio], varied: Sequence[str]) -> Table | None:
    """One row per metric and worker count; None where the modes cannot be paired."""
    rows = [_mode_row(each, varied) for each in found]
    headings = ["what is compared", "workers", "what", "ratio", "from", "to", "spread", "blocks"]
    return Table(headings=[*headings, "utilisation of both sides", "reading"], rows=rows) if rows else None


def _mode_row(each: ModeRatio, varied: Sequence[str]) -> list[str]:
    compared = f"{each.control} / {each.control} (control)" if each.control else "queue / sync"
    return [
        f"{prefix(each.levels, varied)}{compared}",
        str(each.workers),
        METRIC_WORDS[each.metric],
        *spread_texts(each.ratios),
        ", ".join(number(value, 2) for value in each.utilisation),
        with_doubt(reading_of(each.ratios, each.missing), each.doubt),
    ]


HEADINGS = ["conditions", "mode", "workers", "utilisation, predicted"] + [
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
    texts = [str(row["mode"]), str(row["workers"]), number(float(str(row["predicted_utilisation"])), 2)]
    for metric, digits in PREDICTED_METRICS.items():
        texts += [_value(row, f"predicted_{metric}", digits), _value(row, metric, digits), _off(row, metric)]
    return texts


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
