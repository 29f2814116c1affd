"""What the two modes differ in, block by block, in one sentence. Pure."""

from collections.abc import Mapping, Sequence

from analysis.findings.contrasts import ratio_text, reading_of
from analysis.format import number, workers
from analysis.metrics.equivalence import UNCLEAR
from analysis.summary.mode_ratios import ModeRatio

ROW_WORDS: Mapping[str, str] = {
    "response_p50_s": "answer p50",
    "ready_p50_s": "ready p50",
    "ready_p95_s": "ready p95",
    "throughput": "throughput",
    "cpu_s": "CPU",
}
MODE_SUBJECTS: Mapping[str, str] = {
    "response_p50_s": "answers take",
    "ready_p50_s": "pictures take",
    "throughput": "throughput is",
    "cpu_s": "CPU time per picture is",
}
# Below this a ratio is told the other way round, because a person cannot picture 0.02 times as long.
FAR_BELOW = 0.1
TURNED: Mapping[str, str] = {
    "response_p50_s": "answers come {} times sooner",
    "ready_p50_s": "pictures are ready {} times sooner",
    "throughput": "throughput is {} times lower",
    "cpu_s": "CPU time per picture is {} times shorter",
}


def modes_title(found: Sequence[ModeRatio]) -> str:
    """Answer and picture with the most workers that have ratios of them; throughput and cost where none have."""
    told = [each for each in found if not each.control]
    timed = [each for each in told if each.metric in ("response_p50_s", "ready_p50_s")]
    chosen = timed or [each for each in told if each.metric in ("throughput", "cpu_s")]
    most = max(each.workers for each in chosen)
    last = [each for each in chosen if each.workers == most]
    spread = "" if last[0].estimate.has_interval else reading_of(last[0].ratios)
    notes = list(filter(None, ["medians" if timed else "", spread, last[0].doubt]))
    note = f" ({'; '.join(notes)})" if notes else ""
    return f"Queue instead of sync with {workers(most)}: {', '.join(map(_mode_words, last))}{note}"


def _mode_words(each: ModeRatio) -> str:
    found = each.estimate
    if found.same:
        return f"{MODE_SUBJECTS[each.metric]} the same within {found.within_percent} %"
    if found.unclear:
        return f"{MODE_SUBJECTS[each.metric].rpartition(' ')[0]} {UNCLEAR}"
    if found.ratio < FAR_BELOW:
        return TURNED[each.metric].format(number(1 / found.ratio, 0))
    times = "as high" if each.metric == "throughput" else "as long"
    return f"{MODE_SUBJECTS[each.metric]} {ratio_text(found.ratio)} times {times}"
