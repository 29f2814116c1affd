"""Why a chart of the editable slides lacks points, as a sentence."""

from collections.abc import Mapping, Sequence

from analysis.format import GROWS, listing, workers
from analysis.lesson.slides.native_lines import NATIVE, counts_of
from analysis.summary.groups import Group

#: What a mark says in the middle of a sentence.
IT = {GROWS: "it "}
#: A cell that is not there; it does not say which of the two.
NO_CELL = "not measured, or withheld as invalid"


def lacking(name: str, group: Group) -> str:
    """Why something measured has no value in the chart of that name, and where; empty if nothing lacks one."""
    counts = counts_of(group)
    found: dict[str, dict[str, list[int]]] = {}
    for line in NATIVE[name].lines(group):
        for count, value in zip(counts, line.at(counts), strict=True):
            if value is None and not line.reference:
                why = line.marks.get(count) or NO_CELL
                found.setdefault(why, {}).setdefault(line.name, []).append(count)
    parts = [f"{IT.get(why, '')}{why} ({_where(lines)})" for why, lines in found.items()]
    return f"No point: {'; '.join(parts)}." if parts else ""


def _where(lines: Mapping[str, Sequence[int]]) -> str:
    """Lines with their worker counts, those together that share them."""
    by_counts: dict[tuple[int, ...], list[str]] = {}
    for name, counts in lines.items():
        by_counts.setdefault(tuple(counts), []).append(name)
    return ", ".join(f"{listing(names)} with {workers(counts)}" for counts, names in by_counts.items())
