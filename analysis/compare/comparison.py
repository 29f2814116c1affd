"""Puts two or more experiments on the same axes, or says why that would be unfair."""

import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.analysis import analyse
from analysis.charts import Chart, empty
from analysis.compare.alignment import Side, Together, togethers
from analysis.compare.charts import draw_all
from analysis.compare.comparability import Objection, reasons
from analysis.compare.output import answer, compared_rows, forced_words, render
from analysis.data.reader import read_experiment
from analysis.errors import AnalysisError
from analysis.format import readable


def read_sides(folders: Sequence[Path]) -> list[Side]:
    """Every folder's experiment, judged; in the order in which they were named."""
    found = [folder.resolve() for folder in folders]
    if len(set(found)) < len(found):
        raise AnalysisError("The same folder is given twice; an experiment does not differ from itself.")
    return [_side(folder, label) for folder, label in zip(found, labels(found), strict=True)]


def labels(folders: Sequence[Path]) -> list[str]:
    """The shortest ends of the paths that tell the folders apart, such as `demo` or `laptop/demo`."""
    longest = max(len(folder.parts) for folder in folders)
    for length in range(1, longest + 1):
        ends = [readable("/".join(folder.parts[-length:])) for folder in folders]
        if len(set(ends)) == len(folders):
            return ends
    return [readable(str(folder)) for folder in folders]


def _side(folder: Path, label: str) -> Side:
    return Side(label=label, made=analyse(read_experiment(folder)))


def compare(folders: Sequence[Path], *, output: Path | None, unfair: str) -> int:
    """Writes `compare.html`, `compare.csv` and `charts/` into the output folder, unless it would be unfair."""
    sides = read_sides(folders)
    found = reasons(sides)
    refused = [reason for reason in found if not (unfair and reason.forcible)]
    if refused:
        for reason in refused:
            print(f"refused: {reason.sentence}", file=sys.stderr)
        return 1
    folder = output or _beside(folders[0], sides)
    together = togethers(sides)
    _write(folder, sides, together, found, unfair)
    for sentence in [*filter(None, [forced_words(found)]), *answer(sides, together)]:
        print(f"• {sentence}.")
    print(f"Compared: {folder / 'compare.html'}")
    return 0


def _write(
    folder: Path, sides: Sequence[Side], found: Sequence[Together], forced: Sequence[Objection], why: str
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    empty(folder / "charts")
    charts: list[Chart] = [
        chart for together in found for chart in draw_all(together, folder / "charts", forced_words(forced))
    ]
    rows = compared_rows(found, forced, why)
    rows.to_csv(folder / "compare.csv", index=False, float_format="%.6g", lineterminator="\n")
    (folder / "compare.html").write_text(render(sides, found, charts, forced, why), encoding="utf-8")


def _beside(first: Path, sides: Sequence[Side]) -> Path:
    name = "-".join(side.label.replace("/", "-") for side in sides)
    return first.resolve().parent / "compared" / name
