"""What a comparison shows, in sentences made of its numbers alone. Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.compare.alignment import READY_P95, RESPONSE_P95, Side, Together
from analysis.data.factors import CONDITIONS, short
from analysis.data.machine_noise import SPIN_LIMIT
from analysis.data.model import Trial
from analysis.findings.contrasts import contrast_sentence, ratio_text, reading
from analysis.format import Table, duration, listing, number, workers
from analysis.metrics.equivalence import Likeness, Row
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
    titles = [f"{together.prefix}{title(together, metric)}" for metric in (THROUGHPUT, RESPONSE, READY)]
    shown = [of_chart(comparison) for comparison in together.compared]
    return [*titles, *(contrast_sentence(each) for each in shown if any(one.ratios for one in each.contrasts))]


def title(together: Together, metric: str) -> str:
    """The finding of one chart: what each experiment has in the cell that tells most, and the ratio of the two."""
    shown = _telling(together, metric)
    if shown is None:
        return f"{_capital(SUBJECTS[metric])} cannot be compared: there is no cell in which all have a value"
    rows = {label: _row(group.cells, shown) for label, group in zip(together.labels, together.groups, strict=True)}
    some = f"{workers(shown.workers)}{_doubts(rows)}"
    ending = _ending(shown) if len(together.compared) == 1 else ""
    return f"With {some}, {_said(shown.mode, metric, rows)}{ending}"


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


def _row(cells: Row, contrast: Contrast) -> Row:
    return cells[(cells["mode"] == contrast.mode) & (cells["workers"] == contrast.workers)].iloc[0]


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


def _ending(contrast: Contrast) -> str:
    """What the pairs of trials say of the two values; nothing where the ratio reads as one."""
    if contrast.likeness in (Likeness.SAME, Likeness.UNCLEAR):
        return f": {reading(contrast)}"
    ratio = ratio_text(contrast.estimate.ratio)
    return "" if ratio == ratio_text(1) else f": {ratio} times as {'many' if contrast.metric == THROUGHPUT else 'long'}"


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


# Live answers that differ from one start of a stack to the next and say nothing of how it was set.
PASSING = {"pid", "pids", "name", "external_resource_url", "direct_s", "app_s", "added_s"}
# As many differences are named in a sentence; the table has all of them.
NAMED = 4
HASH_LENGTH = 12

Facts = Mapping[str, str]


def differences(sides: Sequence[Side]) -> Table:
    """One row for each fact that is not the same in all experiments, one column per experiment."""
    facts = [_facts(side, _common(sides), quick) for side, quick in zip(sides, _quickness(sides), strict=True)]
    names = dict.fromkeys(name for each in facts for name in each)
    rows = [[name, *(each.get(name, "–") for each in facts)] for name in names]
    return Table(
        headings=["what differs", *(side.label for side in sides)], rows=[row for row in rows if len(set(row[1:])) > 1]
    )


def difference_sentence(table: Table) -> str:
    """What differs in a few words, without the full stop."""
    names = [row[0] for row in table.rows if row[0] not in NEVER_A_CAUSE]
    if not names:
        return "Nothing recorded differs between the experiments, so differences here are chance"
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    return f"The experiments differ in {listing([*names[:NAMED], *more])}: the results show the effect of all of it"


NEVER_A_CAUSE = {"measured at", "commit", "seed"}


def _facts(side: Side, common: set[tuple[str, int]], quickness: Facts) -> dict[str, str]:
    info = side.experiment.info
    trials = [trial for trial in side.experiment.trials if (trial.cell.mode, trial.cell.workers) in common]
    return {
        **{name: _text(value) for name, value in (info.get("machine") or {}).items()},
        **quickness,
        **_conditions(trials or side.experiment.trials),
        "trials per cell": _range(_repeats(trials)),
        **{f"version of {name}": _text(value) for name, value in (info.get("versions") or {}).items()},
        **_settings(trials),
        "commit": _text(info.get("git_commit"))[:HASH_LENGTH],
        "code": _text(info.get("code_sha256"))[:HASH_LENGTH],
        "seed": _text(info.get("seed")),
        "measured at": _text(info.get("created_at")),
    }


def _common(sides: Sequence[Side]) -> set[tuple[str, int]]:
    return set.intersection(*(side.cells for side in sides))


def _quickness(sides: Sequence[Side]) -> list[Facts]:
    """How long the noise guard's fixed piece of work took on each idle machine, which tells how fast one core is.

    Nothing where they differ by no more than the times of one machine do.
    """
    known = [side.experiment.usual_spin_s for side in sides]
    heard = [spin_s for spin_s in known if spin_s]
    if not heard or max(heard) <= (1 + SPIN_LIMIT) * min(heard):
        return [{} for _ in sides]
    return [{"fixed piece of work, one core [ms]": number(1000 * (spin_s or math.nan))} for spin_s in known]


def _conditions(trials: Iterable[Trial]) -> dict[str, str]:
    measured = [trial.cell for trial in trials]
    return {
        condition.name: listing([short(name, level) for level in sorted({getattr(cell, name) for cell in measured})])
        for name, condition in CONDITIONS.items()
    }


def _repeats(trials: Iterable[Trial]) -> list[int]:
    counts: dict[Any, int] = {}
    for trial in trials:
        counts[trial.cell] = counts.get(trial.cell, 0) + 1
    return sorted(set(counts.values()))


def _range(counts: Sequence[int]) -> str:
    return "–".join(dict.fromkeys(map(str, [*counts[:1], *counts[-1:]])))


def _settings(trials: Iterable[Trial]) -> dict[str, str]:
    """Every setting that the live processes answered, with all of its values."""
    found: dict[str, set[str]] = {}
    for trial in trials:
        for name, value in _flat(trial.info.get("settings") or {}):
            found.setdefault(f"setting {name}", set()).add(_text(value))
    return {name: ", ".join(sorted(values)) for name, values in found.items()}


def _flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The leaves of nested settings with their dotted names; members of a list share one name."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in PASSING:
                yield from _flat(inner, (*path, str(name)))
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, path)
    else:
        yield ".".join(path), value


def _text(value: Any) -> str:
    return "unknown" if value is None else str(value)
