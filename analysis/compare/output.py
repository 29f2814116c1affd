"""Makes `compare.html`: one file that needs no network, made of the report's parts."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.charts import Chart
from analysis.compare.alignment import METRICS, Side, Together
from analysis.compare.comparability import Objection
from analysis.compare.findings import difference_sentence, differences, sentences
from analysis.data.factors import CONDITIONS
from analysis.report.html import environment
from analysis.report.page import figure_of
from analysis.summary.contrasts import THROUGHPUT, Comparison
from analysis.summary.groups import Group
from analysis.tables.contrasts import contrast_heading, contrast_table
from analysis.tables.summary import summary_table


def answer(sides: Sequence[Side], found: Sequence[Together]) -> list[str]:
    """All sentences, the one about what differs first; without their full stops."""
    return [
        difference_sentence(differences(sides)),
        *(sentence for together in found for sentence in sentences(together)),
    ]


def render(
    sides: Sequence[Side], found: Sequence[Together], charts: Sequence[Chart], forced: Sequence[Objection], why: str
) -> str:
    """The whole page as text."""
    compared = [comparison for together in found for comparison in together.compared]
    return (
        environment()
        .get_template("compare.html")
        .render(
            labels=[side.label for side in sides],
            sides=sides,
            forced=forced,
            why=why,
            sentences=answer(sides, found),
            differences=differences(sides),
            figures=[figure_of(chart) for chart in charts],
            ratios=[(contrast_heading(each), contrast_table(each)) for each in compared],
            summary=summary_table(pd.concat([together.cells for together in found], ignore_index=True)),
        )
    )


# From the summary of each experiment, in this order.
COLUMNS = (
    *("mode", "workers", *CONDITIONS, "trials", "achieved_rate", "throughput", "throughput_low", "throughput_high"),
    *("response_p50_s", "response_p95_s", "ready_p50_s", "ready_p95_s", "utilisation"),
    *("planned", "ok", "failed", "unfinished", "lost", "verdict"),
)


def forced_words(forced: Sequence[Objection]) -> str:
    """What makes a forced comparison unfair, such as `forced: other time windows`; empty if it is fair."""
    return f"forced: {', '.join(dict.fromkeys(reason.short for reason in forced))}" if forced else ""


def compared_rows(found: Sequence[Together], forced: Sequence[Objection], why: str) -> pd.DataFrame:
    """Every cell of every experiment; ratios are empty where there is nothing to compare, ends below three pairs."""
    rows = [
        _row(label, cell, comparison)
        for together in found
        for label, group, comparison in zip(together.labels, together.groups, (None, *together.compared), strict=True)
        for cell in _cells(group)
    ]
    return pd.DataFrame(rows).assign(forced=forced_words(forced), why=why if forced else "")


def _cells(group: Group) -> list[dict[str, Any]]:
    cells = group.cells.assign(**{name: group.levels[name] for name in CONDITIONS})
    return [{str(name): value for name, value in row.items()} for row in cells[list(COLUMNS)].to_dict("records")]


def _row(label: str, cell: dict[str, Any], comparison: Comparison | None) -> dict[str, Any]:
    compared_with = comparison.base if comparison else ""
    row: dict[str, Any] = {"experiment": label, **cell, "compared_with": compared_with, "pairs": math.nan}
    row |= {f"{metric.removesuffix('_s')}_ratio{end}": math.nan for metric in METRICS for end in ("", "_low", "_high")}
    for contrast in comparison.contrasts if comparison else ():
        if contrast.ratios and (contrast.mode, contrast.workers) == (cell["mode"], cell["workers"]):
            name, estimate = contrast.metric.removesuffix("_s"), contrast.estimate
            row |= {f"{name}_ratio": estimate.ratio} | ({"pairs": contrast.pairs} if name == THROUGHPUT else {})
            if estimate.has_interval:
                row |= {f"{name}_ratio_low": estimate.low, f"{name}_ratio_high": estimate.high}
    return row
