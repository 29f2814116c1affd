"""Reads whatever students send: files of JSON or CSV, lines that were pasted, or whole folders of results."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.analysis import analyse
from analysis.data.reader import read_experiment
from analysis.errors import AnalysisError
from analysis.format import readable
from analysis.pool.share_format import CELL_KEYS, KEYS, Shared, from_line, from_values, shared

# A file larger than hundreds of results together is none of them.
LARGEST_BYTES = 1_000_000
LAPTOP_KEYS = KEYS[1:-1]


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came from one place: a result, or why there is none."""

    source: str
    sent: Shared | None = None
    problem: str = ""


def receive(paths: Sequence[Path]) -> list[Received]:
    """Everything that the paths hold, in their order; what cannot be read is there too, with the reason."""
    return [each for path in paths for each in _received(path)]


def share_of(folder: Path) -> Shared:
    """What there is to send of a folder of results."""
    made = analyse(read_experiment(folder))
    return shared(made.experiment, made.cells)


def as_table(sent: Shared) -> pd.DataFrame:
    """The same as a table of one row per cell, for whoever would rather send CSV."""
    laptop = {key: getattr(sent, key) for key in LAPTOP_KEYS}
    return pd.DataFrame([laptop | {key: getattr(cell, key) for key in CELL_KEYS} for cell in sent.cells])


def _received(path: Path) -> Iterator[Received]:
    if (path / "experiment.json").exists():
        yield _tried(_shown(path), lambda: share_of(path))
    elif path.is_dir():
        inside = [each for each in sorted(path.iterdir()) if not each.name.startswith(".")]
        if not inside:
            yield Received(source=_shown(path), problem="is empty")
        for each in inside:
            yield from _received(each)
    else:
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Received]:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise AnalysisError("is too large to be a shared result")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        yield Received(source=_shown(path), problem="is not text")
    except (AnalysisError, OSError) as error:
        yield Received(source=_shown(path), problem=getattr(error, "strerror", None) or str(error))
    else:
        yield from _of_text(path, text)


def _of_text(path: Path, text: str) -> Iterator[Received]:
    lines = [line for line in text.splitlines() if line.strip()]
    if path.suffix == ".csv":
        yield _tried(_shown(path), lambda: _of_table(path))
    elif path.suffix == ".txt" and len(lines) > 1:
        for n, line in enumerate(lines, start=1):
            yield _tried(f"{_shown(path)}, line {n}", partial(from_line, line))
    else:
        yield _tried(_shown(path), lambda: from_line(text))


def _of_table(path: Path) -> Shared:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    if missing := [key for key in (*LAPTOP_KEYS, *CELL_KEYS) if key not in rows]:
        raise AnalysisError(f"lacks the column {', '.join(missing)}")
    laptops = rows[list(LAPTOP_KEYS)].drop_duplicates()
    if len(laptops) != 1:
        raise AnalysisError(f"contains {len(laptops)} laptops instead of one")
    laptop = {key: laptops[key].iloc[0] for key in LAPTOP_KEYS}
    return from_values(laptop | {"cells": rows[list(CELL_KEYS)].to_numpy().tolist()})


def _tried(source: str, read: Callable[[], Shared]) -> Received:
    try:
        return Received(source=source, sent=read())
    except (AnalysisError, OSError, ValueError) as error:
        return Received(source=source, problem=readable(str(error).rstrip(".")))


def _shown(path: Path) -> str:
    """A path as a page can show it: a file may come from a system that names files in another encoding."""
    return readable(str(path))
