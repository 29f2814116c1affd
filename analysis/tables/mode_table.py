"""The two modes side by side as a table, with the control that tells what chance alone does. Pure."""

from collections.abc import Sequence

from analysis.data.factors import prefix
from analysis.findings.contrasts import reading_of, with_doubt
from analysis.format import number
from analysis.summary.mode_ratios import ModeRatio
from analysis.tables.contrasts import METRIC_WORDS, spread_texts
from analysis.tables.summary import Table


def mode_table(found: Sequence[ModeRatio], varied: Sequence[str]) -> Table | None:
    """One row per metric and worker count; None where the modes cannot be paired."""
    rows = [_mode_row(each, varied) for each in found]
    headings = ["what is compared", "workers", "what", "ratio [1]", "from [1]", "to [1]", "spread", "blocks"]
    return Table(headings=[*headings, "utilisation of both sides [1]", "reading"], rows=rows) if rows else None


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
