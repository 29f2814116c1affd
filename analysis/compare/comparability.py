"""Why two experiments cannot be compared fairly, in a sentence each. Pure."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from analysis.compare.alignment import held_apart, togethers
from analysis.compare.reason import Reason
from analysis.compare.side import Side
from analysis.compare.soundness import unsound
from analysis.data.factors import short
from analysis.data.model import Experiment, Trial
from analysis.format import listing, number
from analysis.validity.ledger import faults

# Windows whose lengths differ by more than this share are other windows.
SAME_WINDOW = 0.05
OTHER_PICTURES = "other picture mix"
OTHER_FAULT = "other fault"
# These must be equal because they change what is asked of the app, and not how it does it.
MUST_BE_EQUAL = {
    "workload": ("workload", OTHER_PICTURES),
    "offered_rate": ("offered rate", "other offered rate"),
    "profile": ("safety profile", "other safety profile"),
    "fault": ("fault", OTHER_FAULT),
}


def reasons(sides: Sequence[Side]) -> list[Reason]:
    """Everything that makes the comparison unfair: each experiment by itself, then each beside the first."""
    alone = [reason for side in sides for reason in unsound(side)]
    return [*alone, *(reason for other in sides[1:] for reason in _beside(sides[0], other))]


def _beside(base: Side, other: Side) -> Iterator[Reason]:
    found = [*_levels(base, other), *_faults(base, other), *_pictures(base, other), *_windows(base, other)]
    yield from found
    if not togethers([base, other]):
        words = f"{base.label} and {other.label} have no cell in common that can be believed in both."
        yield Reason(short="no cell in common", sentence=words, forcible=False)
    elif not found:
        yield from _uploads(base, other)


def _levels(base: Side, other: Side) -> Iterator[Reason]:
    apart = held_apart(base, other)
    for name in [name for name in MUST_BE_EQUAL if name in apart]:
        what, few = MUST_BE_EQUAL[name]
        one, another = (short(name, level) for level in apart[name])
        yield Reason(short=few, sentence=f"The {what} differs: {one} in {base.label} and {another} in {other.label}.")


def _faults(base: Side, other: Side) -> Iterator[Reason]:
    """Whether something else was done to the stack on purpose, which by hand the cells do not say."""
    one, another = (_done(side.experiment) for side in (base, other))
    if any(one[level] != another[level] for level in set(one) & set(another)):
        said = [listing(sorted(set().union(*done.values()))) or "nothing" for done in (one, another)]
        words = f"Other things were done to the stacks: {said[0]} in {base.label} and {said[1]} in {other.label}."
        yield Reason(short=OTHER_FAULT, sentence=words)


def _done(experiment: Experiment) -> dict[str, set[str]]:
    """What was really done in the trials of each level of the condition `fault`."""
    found: dict[str, set[str]] = {}
    for trial in experiment.trials:
        found.setdefault(trial.cell.fault, set()).update(str(event["what"]) for event in faults(trial))
    return found


def _pictures(base: Side, other: Side) -> Iterator[Reason]:
    one, another = (_sent(side) for side in (base, other))
    mixed = [name for name in sorted(set(one) & set(another)) if one[name] != another[name]]
    if mixed:
        words = f"{base.label} and {other.label} sent other pictures as workload {listing(mixed)}."
        yield Reason(short=OTHER_PICTURES, sentence=words)


def _sent(side: Side) -> dict[str, set[str]]:
    """The hashes of the pictures that were sent, for each workload."""
    planned: Mapping[str, str] = side.experiment.info.get("pictures_sha256") or {}
    found: dict[str, set[str]] = {}
    for trial in side.experiment.trials:
        workload = trial.cell.workload
        sent = trial.info.get("pictures_sha256") or planned.get(workload) or "unknown"
        found.setdefault(workload, set()).add(str(sent))
    return found


def _windows(base: Side, other: Side) -> Iterator[Reason]:
    one, another = (_lengths_s(side.experiment) for side in (base, other))
    differing = [name for name in one if name in another and _differ(one[name], another[name])]
    if differing:
        said = [f"{name} {number(one[name])} s and {number(another[name])} s" for name in differing]
        words = f"{base.label} and {other.label} have other time windows: {listing(said)}."
        yield Reason(short="other time windows", sentence=words)


def _lengths_s(experiment: Experiment) -> dict[str, float]:
    """Warm-up and measurement as they were, and the limit of the drain if a plan set one [s]."""
    phases = (experiment.info.get("plan") or {}).get("phases") or {}
    limit = {"drain at most": float(phases["drain_limit_s"])} if "drain_limit_s" in phases else {}
    return {
        "warm-up": _middle(experiment, lambda trial: trial.window.start - trial.started_at),
        "measurement": _middle(experiment, lambda trial: trial.window.length_s),
    } | limit


def _middle(experiment: Experiment, length_s: Callable[[Trial], float]) -> float:
    return statistics.median(map(length_s, experiment.trials))


def _differ(one: float, another: float) -> bool:
    return abs(one - another) > SAME_WINDOW * max(one, another)


def _uploads(base: Side, other: Side) -> Iterator[Reason]:
    """The same cell and repeat must have replayed the same uploads, where both say which."""
    one, another = (_loads(side.experiment) for side in (base, other))
    if any(one[key] != another[key] for key in set(one) & set(another)):
        seeds = " and ".join(str(side.experiment.info.get("seed", "unknown")) for side in (base, other))
        words = f"{base.label} and {other.label} sent other uploads (seeds {seeds}): a ratio would hold chance as well."
        yield Reason(short="other uploads", sentence=words)


def _loads(experiment: Experiment) -> dict[Any, str]:
    """The hash of the uploads of each cell and repeat that has one."""
    return {
        (trial.cell.mode, trial.cell.workers, trial.cell.workload, trial.cell.offered_rate, trial.repeat): str(sent)
        for trial in experiment.trials
        if (sent := trial.info.get("plan_sha256"))
    }
