"""Why two experiments cannot be compared fairly, in a sentence each. Pure."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.compare.alignment import Side, held_apart, togethers
from analysis.data.factors import short
from analysis.data.machine_noise import first_name, noise_words
from analysis.data.model import Experiment, Trial
from analysis.format import listing, number
from analysis.validity.ledger import broken_promises, faults, ledger
from analysis.validity.reasons import Reason
from analysis.validity.verdict import INVALID_ACCOUNTS, INVALID_CLIENT

# So many names are listed before the rest is only counted.
TOLD_NAMES = 3


@dataclass(frozen=True, kw_only=True)
class Objection:
    """In a few words for a chart, and as a sentence; some cannot be overruled."""

    short: str
    sentence: str
    forcible: bool = True


def some(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    if len(names) <= TOLD_NAMES:
        return listing(list(names))
    return f"{', '.join(names[: TOLD_NAMES - 1])} and {len(names) - TOLD_NAMES + 1} more"


def unsound(side: Side) -> Iterator[Objection]:
    """Every reason, the ones that matter most first."""
    yield from _searched(side)
    yield from _unfinished(side)
    yield from _ledgers(side)
    yield from _accounts(side)
    yield from _other_load(side)
    yield from _noise(side)


def _searched(side: Side) -> Iterator[Objection]:
    if side.experiment.searched:
        words = f"{side.label} searched for a capacity, so its trials have different rates and form no cells."
        yield Objection(short="a search", sentence=words, forcible=False)


def _unfinished(side: Side) -> Iterator[Objection]:
    missing = [*side.experiment.unfinished, *_not_measured(side.experiment)]
    if missing:
        words = f"{side.label} is unfinished ({some(missing)}): run its plan again to continue."
        yield Objection(short="unfinished", sentence=words)


def _not_measured(experiment: Experiment) -> list[str]:
    """What the plan still asks for; one that ends at a precision or a time leaves whole blocks out."""
    plan = experiment.info.get("plan") or {}
    measured = {trial.name for trial in (*experiment.trials, *experiment.controls)} | set(experiment.replaced)
    broken_off = {name.removesuffix(".partial") for name in experiment.unfinished}
    missing = [name for name in experiment.info.get("order") or [] if name not in measured | broken_off]
    if not (plan.get("precision") or plan.get("minutes")):
        return missing
    begun = {_block(first_name(name)) for name in measured | broken_off}
    return [name for name in missing if _block(name) in begun]


def _block(name: str) -> str:
    """The repeat at the end of a trial's name: the trials of one repeat are a block."""
    return name.rpartition("-")[2]


def _ledgers(side: Side) -> Iterator[Objection]:
    if failed := _failed_ledgers(side):
        first = next(iter(failed.values()))[0]
        said = f"In {side.label}, the ledger of {some(list(failed))} is invalid: {first}"
        yield Objection(short="an invalid ledger", sentence=said)


def _failed_ledgers(side: Side) -> dict[str, list[Reason]]:
    return {trial.name: words for trial in side.experiment.trials if (words := broken_promises(ledger(trial)))}


def _accounts(side: Side) -> Iterator[Objection]:
    known = _failed_ledgers(side)
    judged = {name: verdict for name, verdict in side.verdicts.items() if verdict.name == INVALID_ACCOUNTS}
    if broken := {name: verdict for name, verdict in judged.items() if name not in known}:
        said = next(iter(broken.values())).reasons[0]
        words = f"In {side.label}, the accounts of {some(list(broken))} do not balance: {said}"
        yield Objection(short="accounts that do not balance", sentence=words)


def _other_load(side: Side) -> Iterator[Objection]:
    failed = {name: judged for name, judged in side.verdicts.items() if judged.name == INVALID_CLIENT}
    if failed:
        said = next(iter(failed.values())).reasons[0]
        words = f"In {side.label}, the load of {some(list(failed))} was not the planned one: {said}"
        yield Objection(short="a load that was not as planned", sentence=words)


def _noise(side: Side) -> Iterator[Objection]:
    noisy = {trial.name: words for trial in side.experiment.trials if (words := noise_words(trial.info))}
    if noisy:
        said = next(iter(noisy.values()))
        words = f"In {side.label}, the machine was noisy during {some(list(noisy))}: {said}."
        yield Objection(short="a noisy machine", sentence=words)


# Windows whose lengths differ by more than this share are other windows.
SAME_WINDOW = 0.05
OTHER_PICTURES = "different picture mix"
OTHER_FAULT = "different fault"
# These must be equal because they change what is asked of the app, and not how it does it.
MUST_BE_EQUAL = {
    "workload": ("workload", OTHER_PICTURES),
    "offered_rate": ("offered rate", "different offered rate"),
    "profile": ("safety profile", "different safety profile"),
    "fault": ("fault", OTHER_FAULT),
}


def reasons(sides: Sequence[Side]) -> list[Objection]:
    """Everything that makes the comparison unfair: each experiment by itself, then each beside the first."""
    alone = [reason for side in sides for reason in unsound(side)]
    return [*alone, *(reason for other in sides[1:] for reason in _beside(sides[0], other))]


def _beside(base: Side, other: Side) -> Iterator[Objection]:
    found = [*_levels(base, other), *_faults(base, other), *_pictures(base, other), *_windows(base, other)]
    yield from found
    if not togethers([base, other]):
        words = f"{base.label} and {other.label} have no cell in common that is valid in both."
        yield Objection(short="no cell in common", sentence=words, forcible=False)
    elif not found:
        yield from _uploads(base, other)


def _levels(base: Side, other: Side) -> Iterator[Objection]:
    apart = held_apart(base, other)
    for name in [name for name in MUST_BE_EQUAL if name in apart]:
        what, few = MUST_BE_EQUAL[name]
        one, another = (short(name, level) for level in apart[name])
        yield Objection(
            short=few, sentence=f"The {what} differs: {one} in {base.label} and {another} in {other.label}."
        )


def _faults(base: Side, other: Side) -> Iterator[Objection]:
    """Whether something else was done to the stack on purpose, which by hand the cells do not say."""
    one, another = (_done(side.experiment) for side in (base, other))
    if any(one[level] != another[level] for level in set(one) & set(another)):
        said = [listing(sorted(set().union(*done.values()))) or "nothing" for done in (one, another)]
        words = f"The injected faults differ: {said[0]} in {base.label} and {said[1]} in {other.label}."
        yield Objection(short=OTHER_FAULT, sentence=words)


def _done(experiment: Experiment) -> dict[str, set[str]]:
    """What was really done in the trials of each level of the condition `fault`."""
    found: dict[str, set[str]] = {}
    for trial in experiment.trials:
        found.setdefault(trial.cell.fault, set()).update(str(event["what"]) for event in faults(trial))
    return found


def _pictures(base: Side, other: Side) -> Iterator[Objection]:
    one, another = (_sent(side) for side in (base, other))
    mixed = [name for name in sorted(set(one) & set(another)) if one[name] != another[name]]
    if mixed:
        words = f"{base.label} and {other.label} sent different pictures as workload {listing(mixed)}."
        yield Objection(short=OTHER_PICTURES, sentence=words)


def _sent(side: Side) -> dict[str, set[str]]:
    """The hashes of the pictures that were sent, for each workload."""
    planned: Mapping[str, str] = side.experiment.info.get("pictures_sha256") or {}
    found: dict[str, set[str]] = {}
    for trial in side.experiment.trials:
        workload = trial.cell.workload
        sent = trial.info.get("pictures_sha256") or planned.get(workload) or "unknown"
        found.setdefault(workload, set()).add(str(sent))
    return found


def _windows(base: Side, other: Side) -> Iterator[Objection]:
    one, another = (_lengths_s(side.experiment) for side in (base, other))
    differing = [name for name in one if name in another and _differ(one[name], another[name])]
    if differing:
        said = [f"{name} {number(one[name])} s and {number(another[name])} s" for name in differing]
        words = f"{base.label} and {other.label} have different time windows: {listing(said)}."
        yield Objection(short="different time windows", sentence=words)


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


def _uploads(base: Side, other: Side) -> Iterator[Objection]:
    """The same cell and repeat must have replayed the same uploads, where both say which."""
    one, another = (_loads(side.experiment) for side in (base, other))
    if any(one[key] != another[key] for key in set(one) & set(another)):
        seeds = " and ".join(str(side.experiment.info.get("seed", "unknown")) for side in (base, other))
        words = f"{base.label} and {other.label} sent different uploads (seeds {seeds}): a ratio would include chance."
        yield Objection(short="different uploads", sentence=words)


def _loads(experiment: Experiment) -> dict[Any, str]:
    """The hash of the uploads of each cell and repeat that has one."""
    return {
        (trial.cell.mode, trial.cell.workers, trial.cell.workload, trial.cell.offered_rate, trial.repeat): str(sent)
        for trial in experiment.trials
        if (sent := trial.info.get("plan_sha256"))
    }
