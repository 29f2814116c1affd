"""Shows the result in a terminal, or as Markdown in a marked block of a page."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from analysis.data.factors import CONDITIONS, named
from analysis.format import clock, number, verdict

HEADINGS = ("mode", "workers", "finished/s", "response p50 / p95", "ready p50 / p95", "ok", "verdict")
BRACKETS = "in brackets: 95 % intervals over the trials"
# The widest table that still fits a terminal beside an editor.
WIDEST = 100


def show(console: Console, title: str, cells: pd.DataFrame, sentences: Sequence[str], errors: Sequence[str]) -> None:
    """Prints the findings, one table for each combination of conditions, and what makes trials invalid."""
    for sentence in sentences:
        console.print(f"• {sentence}.", highlight=False, markup=False)
    for heading, rows in _by_conditions(cells):
        table = Table(
            *HEADINGS,
            title=f"{title}: {heading}",
            title_justify="left",
            box=box.SIMPLE,
            pad_edge=False,
            collapse_padding=True,
        )
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for error in errors:
        console.print(f"ERROR {error}", style="bold red", highlight=False, markup=False)


def markdown(cells: pd.DataFrame, sentences: Sequence[str]) -> str:
    """The findings as a list and one compact table for each combination of conditions."""
    blocks = ["\n".join(f"- {sentence}." for sentence in sentences)] if sentences else []
    for heading, rows in _by_conditions(cells):
        lines = [HEADINGS, ["---"] * len(HEADINGS), *(line for row in rows for line in _lines(row))]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        blocks.append(f"{heading[0].upper()}{heading[1:]}:\n\n{table}")
    return "\n\n".join(blocks)


def open_console() -> Console:
    """A console no wider than the table needs; without colours where nobody looks."""
    console = Console()
    console.width = min(console.width, WIDEST) if console.is_terminal else WIDEST
    return console


def _by_conditions(cells: pd.DataFrame) -> list[tuple[str, list[list[str]]]]:
    shown = [name for name in CONDITIONS if cells[name].nunique() > 1]
    return [
        _headed(named(dict(zip(CONDITIONS, levels, strict=True)), shown), [_row(row) for _, row in rows.iterrows()])
        for levels, rows in cells.groupby(list(CONDITIONS), sort=False)
    ]


def _headed(conditions: Sequence[str], rows: list[list[str]]) -> tuple[str, list[list[str]]]:
    """The rows under what they have in common; where one has intervals the heading says what the brackets are."""
    bracketed = any("\n" in cell for row in rows for cell in row)
    return ", ".join(conditions) + (f" ({BRACKETS})" if bracketed else ""), rows


def _lines(row: Sequence[str]) -> list[tuple[str, ...]]:
    """A row whose cells have several lines as so many rows."""
    return list(zip_longest(*(cell.split("\n") for cell in row), fillvalue=""))


def _row(row: "pd.Series[Any]") -> list[str]:
    return [
        row["mode"],
        str(row["workers"]),
        number(row["throughput"]),
        *(_clock(row, name) for name in ("response", "ready")),
        f"{row['ok']}/{row['planned']}" if row["trials"] else "–",
        _verdict(row),
    ]


def _clock(row: "pd.Series[Any]", name: str) -> str:
    percentiles: dict[str, Any] = {}
    for share in ("p50", "p95"):
        percentiles[f"{share}_mark"] = row[f"{name}_{share}_mark"]
        percentiles[f"{share}_ends"] = (row[f"{name}_{share}_low_s"], row[f"{name}_{share}_high_s"])
    return clock(row[f"{name}_p50_s"], row[f"{name}_p95_s"], **percentiles)


def _verdict(row: "pd.Series[Any]") -> str:
    """The verdict, and how many trials of the cell are left out as invalid beside those that are shown."""
    some = row["trials"] and row["withheld"]
    return f"{verdict(row['verdict'])} ({row['withheld']} withheld)" if some else verdict(row["verdict"])


def with_block(text: str, block: str, name: str = "example") -> str:
    """The text with what stands between the two marks of that name replaced."""
    marked = re.compile(rf"(<!-- {name}:begin [^>]*-->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    replaced, count = marked.subn(lambda found: f"{found[1]}{block.strip()}\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"the marks {name}:begin and {name}:end are missing")
    return replaced
