"""Makes `compare.html`: one file that needs no network, made of the report's parts."""

from collections.abc import Sequence

import pandas as pd

from analysis.charts import Chart
from analysis.compare.alignment import Together
from analysis.compare.differences import difference_sentence, differences
from analysis.compare.findings import sentences
from analysis.compare.reason import Reason
from analysis.compare.side import Side
from analysis.report.html import environment
from analysis.report.page import figure_of
from analysis.tables.contrasts import contrast_heading, contrast_table
from analysis.tables.summary import summary_table


def answer(sides: Sequence[Side], found: Sequence[Together]) -> list[str]:
    """All sentences, the one about what differs first; without their full stops."""
    return [difference_sentence(differences(sides)), *(told for together in found for told in sentences(together))]


def render(
    sides: Sequence[Side], found: Sequence[Together], charts: Sequence[Chart], forced: Sequence[Reason], why: str
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
