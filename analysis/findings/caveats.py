"""What needs care in an experiment: what its numbers do not show, and what holds of several trials."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.data.factors import CONDITIONS, FACTORS
from analysis.data.model import Experiment
from analysis.data.outcomes import cohort
from analysis.format import amount, listing, number
from analysis.metrics.trial import send_lag_p99
from analysis.summary.contrasts import Comparison
from analysis.summary.groups import Group
from analysis.validity.reasons import Reason
from analysis.validity.verdict import Verdict

# A send lag above this share of the smallest response percentile that is shown of a cell is reported (R4).
NOTABLE_LAG = 0.05

ALWAYS = (
    "A worker is one process that works on one picture at a time. With N workers, sync mode runs N web processes "
    "that do the work inside the request; queue mode runs one web process that only accepts uploads, and N Celery "
    "processes that do the work. Queue mode therefore has one more process.",
    "Unless the settings say otherwise, broker, web server, workers and load generator talk over loopback on one "
    "machine; a broker across a network takes longer to respond.",
    "The load generator and the harness share the cores with what they measure. Send lag shows whether they got in "
    "the way; their CPU time is in the summary, not in the CPU chart.",
    "CPU time is divided by finished pictures. In an overloaded cell the web process also spent time on uploads that "
    "were accepted but not finished, so the cost per finished picture looks higher.",
    "Percentiles are nearest-rank over all uploads due in the window. An upload that failed or did not finish "
    "counts as infinitely slow. There is no p95 below 72 uploads, and no p99 below 368.",
    "Throughput counts pictures that finished inside the window by the server's timestamp, whenever they were due.",
    "Workload io waits for an external resource, so it scales beyond the cores; CPU-bound picture work does not.",
)


def caveats(experiment: Experiment, groups: Sequence[Group], compared: Sequence[Comparison]) -> list[str]:
    """The caveats that always hold, and those that follow from how this experiment was measured."""
    return [
        *_few_trials(groups),
        *_short_windows(experiment),
        *_send_lag(groups),
        *_elsewhere(experiment),
        *_uncompared(groups, compared),
        *_by_hand(experiment, compared),
        *_threads(experiment),
        *_delays(experiment),
        *ALWAYS,
    ]


def _few_trials(groups: Sequence[Group]) -> list[str]:
    if not groups:
        return []
    if any((group.cells["trials"] == 1).any() for group in groups):
        return [
            "At least one cell was measured only once, so it has no interval. A difference of less than "
            "10 % there may be chance."
        ]
    return ["In the throughput chart, thin lines span the lowest and the highest trial; they are not intervals."]


def _short_windows(experiment: Experiment) -> list[str]:
    shortest = min(trial.window.length_s for trial in experiment.trials)
    if shortest >= 60:
        return []
    return [
        f"The measurement window is {number(shortest)} s. Near saturation, even 60 s cannot tell a system that just "
        "keeps up from one that just does not; such cells need a longer window."
    ]


def _send_lag(groups: Sequence[Group]) -> list[str]:
    late = [f"{name} ({1000 * lag_s:.1f} ms)" for group in groups for name, lag_s in _late(group)]
    if not late:
        return []
    return [
        f"In {listing(late)}, the p99 of the load generator's send lag exceeds {100 * NOTABLE_LAG:.0f} % of the median "
        "response time, a noticeable share of such short times."
    ]


def _elsewhere(experiment: Experiment) -> list[str]:
    counts = {trial.name: len(trial.elsewhere) for trial in experiment.trials if trial.elsewhere is not None}
    sent = [f"{amount(count, 'upload')} during {name}" for name, count in counts.items() if count]
    if not sent:
        return []
    return [f"The stack also received uploads from elsewhere: {listing(sent)}. No figure of the trial includes them."]


def _late(group: Group) -> Iterator[tuple[str, float]]:
    """The trials whose send lag is a notable part of the median that is shown of their cell; p99 of the lag [s]."""
    shown = group.cells[group.cells["response_p50_mark"] == ""].set_index(["mode", "workers"])["response_p50_s"]
    for trial in group.trials:
        lag_s = send_lag_p99(cohort(trial))
        if lag_s > NOTABLE_LAG * shown.get((trial.cell.mode, trial.cell.workers), float("inf")):
            yield trial.name, lag_s


def _uncompared(groups: Sequence[Group], compared: Sequence[Comparison]) -> list[str]:
    changed = {name for group in groups for name in group.varied} & set(FACTORS)
    missing = [CONDITIONS[name].name for name in FACTORS if name in changed - {each.factor for each in compared}]
    return [f"No two valid trials differ only in {name}, so its effect is not reported." for name in missing]


def _by_hand(experiment: Experiment, compared: Sequence[Comparison]) -> list[str]:
    if experiment.info.get("plan") or not compared:
        return []
    return [
        "By hand, the two trials of a pair have their uploads at different times, so every ratio includes random "
        "variation."
    ]


def _threads(experiment: Experiment) -> list[str]:
    counts = sorted({trial.cell.web_threads for trial in experiment.trials if trial.cell.web_threads > 1})
    return [
        f"A web process with {count} threads works on up to {count} pictures at a time, so in sync a worker with "
        f"{count} threads has {count} slots in one Python process."
        for count in counts
    ]


def _delays(experiment: Experiment) -> list[str]:
    delays = sorted({trial.cell.broker_delay_s for trial in experiment.trials if trial.cell.broker_delay_s > 0})
    return [
        f"{1000 * delay:g} ms were added in each direction between app and broker. A constant delay stands in for "
        "network distance, but not for jitter, packet loss or limited bandwidth."
        for delay in delays
    ]


Reasons = tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Remark:
    """The trials of one verdict: `shared` holds of all of them and may be empty, `lines` are names and their words."""

    verdict: str
    trials: int
    shared: str
    lines: list[tuple[str, str]]


def remarks(judged: Iterable[tuple[str, Verdict]]) -> list[Remark]:
    """One remark for each verdict, in the order in which they come."""
    found: dict[str, dict[str, Reasons]] = {}
    for name, judgement in judged:
        found.setdefault(judgement.name, {})[name] = judgement.reasons
    return [_remark(verdict, reasons) for verdict, reasons in found.items()]


def _remark(verdict: str, reasons: dict[str, Reasons]) -> Remark:
    all_reasons = list(reasons.values())
    end, whole = _common_end(all_reasons), _common_reasons(all_reasons)
    names: dict[Reasons, list[str]] = {}
    for name, each in reasons.items():
        names.setdefault(tuple(reason for reason in each if reason not in whole), []).append(name)
    shared = f": {' '.join(map(str, whole))}" if whole else end
    lines = [(", ".join(alike), f"{own[0].fact}." if end else " ".join(map(str, own))) for own, alike in names.items()]
    return Remark(verdict=verdict, trials=len(reasons), shared=shared, lines=lines)


def _common_reasons(all_reasons: list[Reasons]) -> list[Reason]:
    """The whole reasons that all of different trials have."""
    if len(set(all_reasons)) < 2:
        return []
    return [reason for reason in all_reasons[0] if all(reason in reasons for reasons in all_reasons)]


def _common_end(all_reasons: list[Reasons]) -> str:
    """What follows from the only reasons of different trials, where it is the same; empty where it is not."""
    if len(set(all_reasons)) < 2 or any(len(reasons) != 1 for reasons in all_reasons):
        return ""
    return all_reasons[0][0].consequence if len({reason.then for (reason,) in all_reasons}) == 1 else ""
