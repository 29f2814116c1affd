"""Each comparison as a table: one row for one metric at one mode and worker count."""

from collections.abc import Sequence

from analysis.data.factors import prefix, short
from analysis.findings.contrasts import ratio_text, reading, with_doubt
from analysis.format import number
from analysis.metrics.spread import estimate
from analysis.summary.contrasts import CPU, READY, RESPONSE, THROUGHPUT, Comparison, Contrast
from analysis.tables.summary import Table

METRIC_WORDS = {
    RESPONSE: "response time, median",
    "response_p95_s": "response time, p95",
    READY: "ready time, median",
    "ready_p95_s": "ready time, p95",
    THROUGHPUT: "throughput",
    CPU: "CPU time per picture",
}
SPREADS = {1: "none", 2: "lowest to highest"}


def contrast_heading(comparison: Comparison) -> str:
    """What is compared, such as `rabbitmq instead of redis`."""
    base, level = (short(comparison.factor, side) for side in (comparison.base, comparison.level))
    return f"{prefix(comparison.held, comparison.varied)}{level} instead of {base}"


def contrast_table(comparison: Comparison) -> Table:
    """Every contrast of a comparison; ratios are the other level over the base."""
    return Table(
        headings=["mode", "workers", "what", "ratio [1]", "from [1]", "to [1]", "spread", "pairs"]
        + ["utilisation of both sides [1]", "reading"],
        rows=[_row(contrast) for contrast in comparison.contrasts],
    )


def _row(contrast: Contrast) -> list[str]:
    mode = f"{contrast.mode} (control)" if contrast.control else contrast.mode
    utilisation = ", ".join(number(value, 2) for value in contrast.utilisation)
    return [
        mode,
        str(contrast.workers),
        METRIC_WORDS[contrast.metric],
        *spread_texts(contrast.ratios)[:-1],
        str(contrast.pairs) if contrast.ratios else "–",
        utilisation,
        with_doubt(reading(contrast), contrast.doubt),
    ]


def spread_texts(ratios: Sequence[float]) -> list[str]:
    """Ratio, its ends, what they are, and from how many pairs; dashes where there is nothing."""
    if not ratios:
        return ["–"] * 5
    found = estimate(ratios)
    ends = ["–", "–"] if found.pairs == 1 else [ratio_text(found.low), ratio_text(found.high)]
    return [ratio_text(found.ratio), *ends, SPREADS.get(found.pairs, "95 % interval"), str(found.pairs)]
