"""A chart that is still to be drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from analysis.tables.summary import Table


@dataclass(frozen=True, kw_only=True)
class View:
    """The name of its file, what it shows in a sentence, its figure under that title, and its numbers."""

    name: str
    sentence: str
    draw: Callable[[str], Figure]
    table: Table
