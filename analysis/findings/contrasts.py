"""What changing one condition, or the mode, changes: a sentence with its spread."""

import math
from collections.abc import Mapping, Sequence

from analysis.data.factors import prefix, short
from analysis.format import listing, number, workers
from analysis.metrics.equivalence import Estimate, Likeness, estimate, same
from analysis.summary.contrasts import (
    CPU,
    METRICS,
    READY,
    RESPONSE,
    THROUGHPUT,
    TIMES,
    Comparison,
    Contrast,
    ModeRatio,
)

SUBJECTS = {
    RESPONSE: "queue response time",
    READY: "ready time",
    THROUGHPUT: "throughput",
    CPU: "CPU time per picture",
}
OF_CELLS = "whole cells, no pairs"
IN_ONE_CHART_TITLE = 2


def contrast_sentence(comparison: Comparison) -> str:
    """What changes in queue, then in sync, without the full stop."""
    parts = [_part(comparison, mode) for mode in _modes(comparison)]
    return f"{prefix(comparison.held, comparison.varied)}{_lead(comparison)}{'; '.join(parts)}"


def contrast_title(comparison: Comparison) -> str:
    """The two findings of the first mode that matter most: those that clearly differ come first."""
    leading = sorted(
        _chosen(comparison, _modes(comparison)[0]), key=lambda each: each.likeness is not Likeness.DIFFERENT
    )
    return f"{_lead(comparison)}{_clauses(comparison, leading[:IN_ONE_CHART_TITLE], '; ')}"


def reading(contrast: Contrast) -> str:
    """What the pairs say, in a few words."""
    return reading_of(contrast.ratios, contrast.missing) if contrast.paired else OF_CELLS


def reading_of(ratios: Sequence[float], missing: str = "") -> str:
    """What some ratios say, in a few words, or why there are none."""
    if not ratios:
        return f"not compared: {missing}"
    found = estimate(ratios)
    if not found.has_interval:
        return "too few pairs to tell" if found.pairs > 1 else "one pair: no spread"
    if found.same:
        return f"the same within {found.within_percent} %"
    return str(found.likeness)


def with_doubt(words: str, doubt: str) -> str:
    """A reading, and behind it what makes it mean less than it seems to."""
    return f"{words} ({doubt})" if doubt else words


def ratio_text(ratio: float) -> str:
    """A ratio to the percent, to a tenth from 10 on, and below a tenth as exactly as one above 10."""
    if ratio < 0.0995:
        return f"{ratio:.3f}"
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:.1f}"


def _lead(comparison: Comparison) -> str:
    base, level = (short(comparison.factor, side) for side in (comparison.base, comparison.level))
    return f"With {level} instead of {base}, "


def _modes(comparison: Comparison) -> list[str]:
    """The modes that were compared; queue first, because there every condition can matter."""
    return sorted({contrast.mode for contrast in comparison.contrasts if contrast.ratios})


def _part(comparison: Comparison, mode: str) -> str:
    return _clauses(comparison, _chosen(comparison, mode), "; " if mode == "queue" else ", ")


def _start(first: Contrast) -> str:
    """What comes before the findings of one mode; nothing where the queue's answer is told first."""
    if first.control:
        return f"control ({first.mode}, which uses no broker): "
    return "" if first.metric == RESPONSE else f"{first.mode} "


def _chosen(comparison: Comparison, mode: str) -> list[Contrast]:
    """Times and cost with the most workers that allow times to be compared, throughput with the fewest.

    Workers that keep up finish what is offered; the fewest tell most about capacity.
    """
    rows = [contrast for contrast in comparison.contrasts if contrast.mode == mode and contrast.ratios]
    most = max((row.workers for row in rows if row.metric in TIMES), default=max(row.workers for row in rows))
    fewest = min(row.workers for row in rows)
    chosen = [row for row in rows if row.workers == (fewest if row.metric == THROUGHPUT else most)]
    return sorted(chosen, key=lambda row: METRICS.index(row.metric))


def _clauses(comparison: Comparison, chosen: Sequence[Contrast], between: str) -> str:
    clauses = [_clause(contrast, chosen[0]) for contrast in chosen]
    timed = [each for each in comparison.contrasts if each.mode == chosen[0].mode and each.metric in TIMES]
    if timed and not any(contrast.ratios for contrast in timed):
        reasons = list(dict.fromkeys(each.missing for each in timed))
        clauses.append(f"times are not compared, because {listing(reasons)}")
    return f"{_start(chosen[0])}{between.join(clauses)}"


def _clause(contrast: Contrast, first: Contrast) -> str:
    """One finding; the first also tells pairs, workers and utilisation, a later one what it has different."""
    elsewhere = f" with {workers(contrast.workers)}" if contrast.workers != first.workers else ""
    bracket = ", ".join(_full_bracket(contrast) if contrast is first else _bracket(contrast, first))
    return f"{_said(contrast, elsewhere)} ({bracket})" if bracket else _said(contrast, elsewhere)


def _said(contrast: Contrast, elsewhere: str) -> str:
    subject = f"{SUBJECTS[contrast.metric]}{elsewhere}"
    if contrast.likeness is Likeness.SAME:
        return f"{subject} is {reading(contrast)}"
    if contrast.likeness is Likeness.UNCLEAR:
        return f"{subject} {Likeness.UNCLEAR}"
    times = ratio_text(contrast.estimate.ratio)
    if contrast.metric == RESPONSE:
        return f"the queue takes {times} times as long to respond{elsewhere}"
    return f"{subject} is {times} times as {'long' if contrast.metric in TIMES else 'high'}"


def _full_bracket(contrast: Contrast) -> list[str]:
    return [*_spread(contrast), workers(contrast.workers), *_utilisation(contrast), *_doubt(contrast)]


def _bracket(contrast: Contrast, first: Contrast) -> list[str]:
    """The spread, what kind it is and what is doubtful, each only where it is not that of the first finding."""
    found = contrast.estimate
    doubt = _doubt(contrast) if contrast.doubt != first.doubt else []
    if contrast.pairs != first.pairs:
        return [*_spread(contrast), *doubt]
    return doubt if found.same or found.pairs == 1 else [_span(found), *doubt]


def _spread(contrast: Contrast) -> list[str]:
    found = contrast.estimate
    if not contrast.paired:
        return [OF_CELLS]
    if found.has_interval:
        return [f"95 % interval {_span(found)}", f"{found.pairs} pairs"]
    if found.pairs > 1:
        return [f"{_span(found)}, lowest and highest of {found.pairs} pairs"]
    return ["1 pair, so no spread"]


def _span(found: Estimate) -> str:
    return f"{ratio_text(found.low)} to {ratio_text(found.high)}"


def _doubt(contrast: Contrast) -> list[str]:
    return [contrast.doubt] if contrast.doubt else []


def _utilisation(contrast: Contrast) -> list[str]:
    """How busy the workers were: near 1 a small cost makes a large difference in time (R24)."""
    base, level = contrast.utilisation
    if math.isnan(base + level):
        return []
    sides = [(base + level) / 2] if same(base, level) else [base, level]
    return [f"utilisation {listing([number(side, 2) for side in sides])}"]


ROW_WORDS: Mapping[str, str] = {
    "response_p50_s": "response p50",
    "ready_p50_s": "ready p50",
    "ready_p95_s": "ready p95",
    "throughput": "throughput",
    "cpu_s": "CPU",
}
MODE_SUBJECTS: Mapping[str, str] = {
    "response_p50_s": "response times are",
    "ready_p50_s": "ready times are",
    "throughput": "throughput is",
    "cpu_s": "CPU time per picture is",
}
MODE_TIMES = ("response_p50_s", "ready_p50_s")
# Below this a ratio is written as a fraction, because a person cannot picture 0.02 times as long.
FAR_BELOW = 0.1


def modes_title(found: Sequence[ModeRatio]) -> str:
    """Answer and picture with the most workers that have ratios of them; throughput and cost where none have."""
    ratios = [each for each in found if not each.control]
    timed = [each for each in ratios if each.metric in MODE_TIMES]
    chosen = timed or [each for each in ratios if each.metric in ("throughput", "cpu_s")]
    most = max(each.workers for each in chosen)
    last = [each for each in chosen if each.workers == most]
    spread = "" if last[0].estimate.has_interval else reading_of(last[0].ratios)
    notes = list(filter(None, ["medians" if timed else "", spread, last[0].doubt]))
    note = f" ({'; '.join(notes)})" if notes else ""
    return f"With {workers(most)}, queue compared with sync: {', '.join(map(_mode_words, last))}{note}"


def _mode_words(each: ModeRatio) -> str:
    found = each.estimate
    if found.same:
        return f"{MODE_SUBJECTS[each.metric]} the same within {found.within_percent} %"
    if found.unclear:
        return f"{MODE_SUBJECTS[each.metric].rpartition(' ')[0]} {Likeness.UNCLEAR}"
    times = f"1/{number(1 / found.ratio, 0)}" if found.ratio < FAR_BELOW else f"{ratio_text(found.ratio)} times"
    return f"{MODE_SUBJECTS[each.metric]} {times} as {'long' if each.metric in MODE_TIMES else 'high'}"
