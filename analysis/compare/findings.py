"""What a comparison shows, in sentences made of its numbers alone. Pure."""

from dataclasses import replace

from analysis.compare.alignment import READY_P95, RESPONSE_P95, Together
from analysis.findings.contrasts import contrast_sentence, ratio_text, reading
from analysis.format import duration, listing, number, workers
from analysis.metrics.equivalence import UNCLEAR, Row
from analysis.summary.contrasts import METRICS, READY, RESPONSE, THROUGHPUT, Comparison, Contrast

SUBJECTS = {
    THROUGHPUT: "throughput",
    RESPONSE: "the median response time",
    RESPONSE_P95: "the p95 response time",
    READY: "the median ready time",
    READY_P95: "the p95 ready time",
}


def sentences(together: Together) -> list[str]:
    """Throughput and the two clocks, then every ratio with its spread; without their full stops."""
    told = [f"{together.prefix}{title(together, metric)}" for metric in (THROUGHPUT, RESPONSE, READY)]
    shown = [of_chart(comparison) for comparison in together.compared]
    return [*told, *(contrast_sentence(each) for each in shown if any(one.ratios for one in each.contrasts))]


def title(together: Together, metric: str) -> str:
    """The finding of one chart: what each experiment has in the cell that tells most, and the ratio of the two."""
    told = _telling(together, metric)
    if told is None:
        return f"{_capital(SUBJECTS[metric])} cannot be compared: there is no cell in which all have a value"
    rows = {label: _row(group.cells, told) for label, group in zip(together.labels, together.groups, strict=True)}
    some = f"{workers(told.workers)}{_doubts(rows)}"
    ending = _ending(told) if len(together.compared) == 1 else ""
    return f"With {some} {_said(told.mode, metric, rows)}{ending}"


def of_chart(comparison: Comparison) -> Comparison:
    """A comparison without the metrics for which its chart and its sentence have no room."""
    return replace(comparison, contrasts=tuple(each for each in comparison.contrasts if each.metric in METRICS))


def _telling(together: Together, metric: str) -> Contrast | None:
    """Throughput with the fewest workers, times with the most, of the cells that all have a value in; queue first."""
    known = [
        {(each.mode, each.workers): each for each in comparison.contrasts if each.metric == metric and each.ratios}
        for comparison in together.compared
    ]
    shared = [cell for cell in known[0] if all(cell in other for other in known)]
    if not shared:
        return None
    mode = min(mode for mode, _ in shared)
    counts = [count for each, count in shared if each == mode]
    return known[0][mode, min(counts) if metric == THROUGHPUT else max(counts)]


def _row(cells: Row, told: Contrast) -> Row:
    return cells[(cells["mode"] == told.mode) & (cells["workers"] == told.workers)].iloc[0]


def _said(mode: str, metric: str, rows: dict[str, Row]) -> str:
    if metric == THROUGHPUT:
        rates = listing([f"{number(row[metric], 2)} in {label}" for label, row in rows.items()])
        return f"{mode} mode finishes {rates.replace(' ', ' pictures/s ', 1)}"
    values = listing([f"{duration(row[metric])} in {label}" for label, row in rows.items()])
    return f"{SUBJECTS[metric]} in {mode} mode is {values}"


def _doubts(rows: dict[str, Row]) -> str:
    """What makes the cell doubtful, such as ` (undecided in demo)`."""
    said = [f"{row['doubt']} in {label}" for label, row in rows.items() if row["doubt"]]
    return f" ({', '.join(said)})" if said else ""


def _ending(told: Contrast) -> str:
    """What the pairs of trials say of the two values; nothing where the ratio reads as one."""
    words, ratio = reading(told), ratio_text(told.estimate.ratio)
    if words.startswith("the same") or words == UNCLEAR:
        return f": {words}"
    return "" if ratio == ratio_text(1) else f": {ratio} times as {'many' if told.metric == THROUGHPUT else 'long'}"


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
