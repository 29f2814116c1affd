"""Finds the cell that a number in a sentence was taken from; a number without one was made up."""

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis.findings.cells import CHANGE, RATIO, SUM, Derivation
from analysis.format import cpu_time, duration, number

NUMBER = r"(\d+(?:\.\d+)?)"
#: What kind of number stands in such words, the most special first; what is left over is a rate.
KINDS = (
    ("name", r"\bp(\d+)\b"),
    ("workers", r"((?:\d+, )*\d+(?: and \d+)?) workers?\b"),
    ("change", rf"{NUMBER} % (?:more|less)"),
    ("ratio", rf"{NUMBER} times as (?:long|fast)"),
    ("sum", r"(\d+ of \d+) uploads failed"),
    ("time", rf"({NUMBER} (?:ms|s))\b(?!/)"),
    ("rate", rf"{NUMBER}"),
)
TIMES = ("response_p50_s", "ready_p50_s", "service_p50_s")
RATES = ("throughput", "backlog_growth", "offered_rate")
COST = "system_cpu_s_per_picture"


def numbers_in(sentence: str) -> list[tuple[str, str]]:
    """Every number with its kind; times keep their unit."""
    found, rest = [], sentence
    for kind, pattern in KINDS:
        for match in re.finditer(pattern, rest):
            parts = re.findall(r"\d+", match[1]) if kind in ("workers", "sum") else [match[1]]
            found += [(kind, part) for part in parts]
        rest = re.sub(pattern, lambda match: "_" * len(match[0]), rest)
    return found


def untraced(sentence: str, cells: pd.DataFrame, derived: Iterable[Derivation] = ()) -> list[str]:
    """The numbers that are in no cell of these rows of `summary.csv` and follow from none as was declared."""
    said = numbers_in(sentence)
    counts = {int(text) for kind, text in said if kind == "workers"}
    about = cells[cells["workers"].isin(counts)] if counts else cells
    known = _known(about, cells, list(derived), costs="CPU time" in sentence)
    return [f"{text} ({kind}): {sentence}" for kind, text in said if text not in known[kind]]


def _known(
    about: pd.DataFrame, cells: pd.DataFrame, derived: Sequence[Derivation], *, costs: bool
) -> Mapping[str, set[str]]:
    """What each kind of number may be: cells of the workers that the sentence names, read as a person reads them."""
    times = {cpu_time(v) for v in about[COST]} if costs else {duration(v) for name in TIMES for v in about[name]}
    by_kind = {how: {_recomputed(each, cells) for each in derived if each.how == how} for how in (RATIO, CHANGE, SUM)}
    return {
        "name": {"50", "95"},
        "workers": {str(count) for count in cells["workers"]},
        "time": times,
        "rate": {number(value) for name in RATES for value in about[name]},
        **by_kind,
    }


def _recomputed(each: Derivation, cells: pd.DataFrame) -> str:
    rows = cells.set_index(["mode", "workers"])[each.column]
    values = [float(rows.loc[cell]) for cell in each.cells]
    if each.how == RATIO:
        return number(max(values) / min(values))
    return f"{abs(values[1] / values[0] - 1) * 100:.0f}" if each.how == CHANGE else f"{sum(values):.0f}"
