"""Numbers in a sentence that are no cell of `summary.csv` themselves, and the cells that they follow from. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.metrics.equivalence import pairs
from analysis.validity.verdict import STEADY

RATIO, CHANGE, SUM = "ratio", "change", "sum"


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """How a number follows from one column of some cells, each named by mode and workers.

    ratio: the larger of two over the smaller [1]; change: how far the second is from the first, without its sign [%];
    sum: of all of them.
    """

    how: str
    column: str
    cells: tuple[tuple[str, int], ...]


def derived(chart: str, cells: pd.DataFrame) -> tuple[Derivation, ...]:
    """What the sentence of a chart may say beside the cells of the summary."""
    return _DERIVED[chart](cells) if chart in _DERIVED else ()


def _answers(cells: pd.DataFrame) -> tuple[Derivation, ...]:
    return tuple(
        Derivation(how=RATIO, column="response_p50_s", cells=(("sync", count), ("queue", count)))
        for count, _, _ in pairs(cells)[:1]
    )


def _costs(cells: pd.DataFrame) -> tuple[Derivation, ...]:
    return tuple(
        Derivation(how=CHANGE, column="system_cpu_s_per_picture", cells=(("sync", count), ("queue", count)))
        for count, _, _ in pairs(cells)
    )


def _failures(cells: pd.DataFrame) -> tuple[Derivation, ...]:
    rows = cells[cells["verdict"].isin(STEADY) & (cells["failed"] > 0)]
    named = tuple(zip(rows["mode"], map(int, rows["workers"]), strict=True))
    return tuple(Derivation(how=SUM, column=column, cells=named) for column in ("failed", "planned") if named)


_DERIVED: Mapping[str, Callable[[pd.DataFrame], tuple[Derivation, ...]]] = {
    "response_time": _answers,
    "cpu_cost": _costs,
    "backlog": _failures,
}
