"""The wait for a picture against the offered load, with the prediction beside it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.data.factors import CONDITIONS, Levels, prefix, suffix
from analysis.format import GROWS, duration, listing, number, workers
from analysis.metrics.equivalence import Row
from analysis.summary.groups import Group

RATE = "offered_rate"
COLUMNS = ("mode", "workers", RATE, "ready_p50_s", "ready_p95_s", "predicted_ready_p50_s", "utilisation", "verdict")


@dataclass(frozen=True, kw_only=True)
class LoadCurve:
    """The cells that differ in mode and offered rate alone, one row each; and the groups that they are from."""

    workers: int
    cells: pd.DataFrame
    groups: tuple[Group, ...]

    @property
    def levels(self) -> Levels:
        """What all of them share."""
        return {name: level for name, level in self.groups[0].levels.items() if name != RATE}

    @property
    def varied(self) -> tuple[str, ...]:
        """What the experiment varied besides the rate."""
        return tuple(name for name in self.groups[0].varied if name != RATE)

    @property
    def prefix(self) -> str:
        """What a sentence begins with."""
        return prefix(self.levels, self.varied)

    @property
    def suffix(self) -> str:
        """What the name of a file ends with."""
        return suffix(self.levels, self.varied)


def load_curves(groups: Sequence[Group]) -> list[LoadCurve]:
    """One for each worker count and each combination of the other conditions that has more than one rate."""
    alike: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        alike.setdefault(tuple(group.levels[name] for name in CONDITIONS if name != RATE), []).append(group)
    return [curve for those in alike.values() if len(those) > 1 for curve in _by_workers(those)]


def load_sentence(curve: LoadCurve) -> str:
    """The median wait at the lowest and at the highest rate that has one, and from where on it grows, in each mode."""
    said = {str(mode): _of_mode(rows.sort_values(RATE)) for mode, rows in curve.cells.groupby("mode", sort=False)}
    some = f"With {workers(curve.workers)}, the median ready time"
    if len(said) > 1 and len(set(said.values())) == 1:
        return f"{some} {next(iter(said.values()))} in both modes"
    return f"{some} in {'; in '.join(f'{mode} {words}' for mode, words in said.items())}"


def _by_workers(groups: Sequence[Group]) -> list[LoadCurve]:
    cells = pd.concat([group.cells for group in groups]).sort_values(["mode", RATE], ascending=[False, True])
    rates = cells.groupby("workers")[RATE].nunique()
    return [
        LoadCurve(workers=int(str(count)), cells=cells[cells["workers"] == count], groups=tuple(groups))
        for count in rates.index[rates > 1]
    ]


def _of_mode(rows: pd.DataFrame) -> str:
    known, grows = rows[rows["ready_p50_mark"] == ""], rows[rows["ready_p50_mark"] == GROWS]
    ends = [
        f"{duration(row['ready_p50_s'])} at {number(row[RATE])}/s{_doubt(row)}"
        for _, row in known.iloc[:: max(1, len(known) - 1)].iterrows()
    ]
    parts = [*ends, *([f"{GROWS} from {number(grows[RATE].min())}/s"] if len(grows) else [])]
    return f"{'is ' if ends else ''}{listing(parts)}" if parts else "is unknown"


def _doubt(row: Row) -> str:
    return f" ({row['doubt']})" if row["doubt"] else ""
