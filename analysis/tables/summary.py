"""The summary as tables for people: which columns, under which heading with which unit, as which text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.factors import short
from analysis.format import GROWS, Table, number, verdict

Format = Callable[[Any], str]


def _seconds(value: float) -> str:
    return "not finished" if np.isinf(value) else number(value, 4)


def _predicted(value: float) -> str:
    return GROWS if np.isinf(value) else number(value, 4)


def _cpu(value: float) -> str:
    return number(value, 4)


def _plain(value: Any) -> str:
    return "–" if pd.isna(value) else str(value)


COLUMNS: Mapping[str, tuple[str, Format]] = {
    "experiment": ("experiment", _plain),
    "mode": ("mode", _plain),
    "workers": ("workers", _plain),
    "workload": ("workload", _plain),
    "offered_rate": ("offered [pictures/s]", number),
    "stack": ("stack", lambda level: short("stack", level)),
    "broker": ("broker", _plain),
    "queue_type": ("type of queue", _plain),
    "database": ("database", _plain),
    "web_threads": ("threads per web process", _plain),
    "prefetch": ("prefetch", _plain),
    "broker_delay_s": ("delay to the broker [s]", lambda value: number(value, 4)),
    "append_only": ("append-only file", _plain),
    "profile": ("profile", _plain),
    "fault": ("fault", _plain),
    "trials": ("trials", _plain),
    "withheld": ("trials withheld", _plain),
    "achieved_rate": ("sent [requests/s]", number),
    "accepted_rate": ("accepted [requests/s]", number),
    "throughput": ("throughput [pictures/s]", lambda value: number(value, 2)),
    "throughput_low": ("lowest trial [pictures/s]", lambda value: number(value, 2)),
    "throughput_high": ("highest trial [pictures/s]", lambda value: number(value, 2)),
    "ideal_throughput": ("ideal [pictures/s]", number),
    "ceiling_throughput": ("bare processes [pictures/s]", lambda value: number(value, 2)),
    "efficiency": ("share of the ceiling [%]", lambda value: number(100 * value, 0)),
    "predicted_throughput": ("predicted throughput [pictures/s]", lambda value: number(value, 2)),
    "predicted_ready_p50_s": ("predicted ready time, median [s]", _predicted),
    "backlog_growth": ("backlog growth [pictures/s]", lambda value: number(value, 2)),
    "unanswered_growth": ("growth of unanswered uploads [uploads/s]", lambda value: number(value, 2)),
    "response_p50_s": ("response time, median [s]", _seconds),
    "response_p95_s": ("response time, p95 [s]", _seconds),
    "response_p99_s": ("response time, p99 [s]", _seconds),
    "ready_p50_s": ("ready time, median [s]", _seconds),
    "ready_p95_s": ("ready time, p95 [s]", _seconds),
    "ready_p99_s": ("ready time, p99 [s]", _seconds),
    **{
        f"{clock}_{share}_{end}_s": (f"{clock} time, {name}: {word} [s]", _seconds)
        for clock in ("response", "ready")
        for share, name in (("p50", "median"), ("p95", "p95"))
        for end, word in (("low", "at least"), ("high", "at most"))
    },
    "service_p50_s": ("service time, median [s]", _seconds),
    "utilisation": ("utilisation", lambda value: number(value, 2)),
    "system_cpu_s_per_picture": ("CPU of the measured system [s/picture]", _cpu),
    "send_lag_p99_s": ("send lag, p99 [s]", _seconds),
    "planned": ("planned", _plain),
    "ok": ("ok", _plain),
    "failed": ("failed", _plain),
    "unfinished": ("unfinished", _plain),
    "lost": ("lost", _plain),
    "verdict": ("verdict", verdict),
}


def _with_ends(percentile: str) -> tuple[str, ...]:
    return f"{percentile}_s", f"{percentile}_low_s", f"{percentile}_high_s"


CELL = ("mode", "workers")
BESIDE_THROUGHPUT = ("ceiling_throughput", "efficiency", "predicted_throughput")
CHART_COLUMNS: Mapping[str, Sequence[str]] = {
    "response_time": (*CELL, *_with_ends("response_p50"), *_with_ends("response_p95"), "verdict"),
    "throughput": (
        *CELL,
        "throughput",
        "throughput_low",
        "throughput_high",
        "ideal_throughput",
        *BESIDE_THROUGHPUT,
        "verdict",
    ),
    "ready_time": (
        *CELL,
        *_with_ends("ready_p50"),
        *_with_ends("ready_p95"),
        "service_p50_s",
        "predicted_ready_p50_s",
        "verdict",
    ),
    "both_clocks": (*CELL, *_with_ends("response_p50"), *_with_ends("ready_p50"), "verdict"),
    "backlog": (*CELL, "backlog_growth", "unfinished", "verdict"),
    "cpu_cost": CELL,
}


def chart_table(cells: pd.DataFrame, chart: str) -> Table:
    """The numbers behind one chart."""
    rows = cells[cells["mode"] == "queue"] if chart == "both_clocks" else cells
    costs = _cost_columns(cells) if chart == "cpu_cost" else []
    return as_table(rows, [*CHART_COLUMNS[chart], *costs])


def summary_table(cells: pd.DataFrame) -> Table:
    """Every number of every cell."""
    return as_table(cells, [*(column for column in COLUMNS if column in cells), *_cost_columns(cells)])


def as_table(cells: pd.DataFrame, columns: Sequence[str]) -> Table:
    """The columns as text; where a time grows without limit the table says so instead of a number."""
    known = [column for column in columns if column in cells and not cells[column].isna().all()]
    return Table(
        headings=[_heading(column) for column in known],
        rows=[[_text(row, column) for column in known] for _, row in cells.iterrows()],
    )


def _cost_columns(cells: pd.DataFrame) -> list[str]:
    return [column for column in map(str, cells.columns) if column.startswith("cpu_")]


def _heading(column: str) -> str:
    if column.startswith("cpu_"):
        return f"CPU {column.removeprefix('cpu_').removesuffix('_s_per_picture')} [s/picture]"
    return COLUMNS[column][0]


def _text(row: "pd.Series[Any]", column: str) -> str:
    time = column.removesuffix("_s").removesuffix("_low").removesuffix("_high")
    # What grows without limit depends on when one stops measuring, and so would its bounds.
    if row.get(f"{time}_mark") == GROWS:
        return GROWS if column == f"{time}_s" else "–"
    return COLUMNS.get(column, (column, _cpu))[1](row[column])


#: So many columns of numbers stand side by side on a sheet in landscape.
ACROSS = 8


def on_its_side(table: Table, across: int = ACROSS) -> list[Table]:
    """The same numbers with one line for each column, in as many tables as the rows need."""
    parts = [table.rows[start : start + across] for start in range(0, len(table.rows), across)]
    return [_turned([table.headings, *part]) for part in parts]


def _turned(rows: list[list[str]]) -> Table:
    headings, *turned = (list(column) for column in zip(*rows, strict=True))
    return Table(headings=headings, rows=turned)
