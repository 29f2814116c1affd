"""A wide table laid on its side, so that paper can hold it."""

from analysis.tables.summary import Table

#: So many columns of numbers stand side by side on a sheet in landscape.
ACROSS = 8


def on_its_side(table: Table, across: int = ACROSS) -> list[Table]:
    """The same numbers with one line for each column, in as many tables as the rows need."""
    parts = [table.rows[start : start + across] for start in range(0, len(table.rows), across)]
    return [_turned([table.headings, *part]) for part in parts]


def _turned(rows: list[list[str]]) -> Table:
    headings, *turned = (list(column) for column in zip(*rows, strict=True))
    return Table(headings=headings, rows=turned)
