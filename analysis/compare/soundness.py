"""What makes one experiment by itself unfit to be compared. Pure."""

from collections.abc import Iterator

from analysis.compare.reason import Reason, some
from analysis.compare.side import Side
from analysis.data.machine_noise import AGAIN, noise_words
from analysis.data.model import Experiment
from analysis.validity.ledger import ledger, ledger_words
from analysis.validity.verdict import INVALID_ACCOUNTS, INVALID_CLIENT


def unsound(side: Side) -> Iterator[Reason]:
    """Every reason, the ones that matter most first."""
    yield from _searched(side)
    yield from _unfinished(side)
    yield from _ledgers(side)
    yield from _accounts(side)
    yield from _other_load(side)
    yield from _noise(side)


def _searched(side: Side) -> Iterator[Reason]:
    if side.experiment.searched:
        words = f"{side.label} searched for a capacity, so its trials have rates of their own and make no cells."
        yield Reason(short="a search", sentence=words, forcible=False)


def _unfinished(side: Side) -> Iterator[Reason]:
    missing = [*side.experiment.unfinished, *_not_measured(side.experiment)]
    if missing:
        words = f"{side.label} is not finished ({some(missing)}): start its plan again, which goes on from there."
        yield Reason(short="not finished", sentence=words)


def _not_measured(experiment: Experiment) -> list[str]:
    """What the plan still asks for; one that ends at a precision or a time leaves whole blocks out."""
    plan = experiment.info.get("plan") or {}
    measured = {trial.name for trial in (*experiment.trials, *experiment.controls)} | set(experiment.replaced)
    broken_off = {name.removesuffix(".partial") for name in experiment.unfinished}
    missing = [name for name in experiment.info.get("order") or [] if name not in measured | broken_off]
    if not (plan.get("precision") or plan.get("minutes")):
        return missing
    begun = {_block(name.removesuffix(AGAIN)) for name in measured | broken_off}
    return [name for name in missing if _block(name) in begun]


def _block(name: str) -> str:
    """The repeat at the end of a trial's name: the trials of one repeat are a block."""
    return name.rpartition("-")[2]


def _ledgers(side: Side) -> Iterator[Reason]:
    if failed := _failed_ledgers(side):
        first = next(iter(failed.values()))[0]
        said = f"In {side.label} the ledger of {some(list(failed))} does not hold: {first}."
        yield Reason(short="a failed ledger", sentence=said)


def _failed_ledgers(side: Side) -> dict[str, list[str]]:
    return {trial.name: words for trial in side.experiment.trials if (words := ledger_words(ledger(trial)))}


def _accounts(side: Side) -> Iterator[Reason]:
    known = _failed_ledgers(side)
    judged = {name: verdict for name, verdict in side.verdicts.items() if verdict.name == INVALID_ACCOUNTS}
    if broken := {name: verdict for name, verdict in judged.items() if name not in known}:
        said = next(iter(broken.values())).reasons[0]
        words = f"In {side.label} the accounts of {some(list(broken))} do not balance: {said}"
        yield Reason(short="accounts that do not balance", sentence=words)


def _other_load(side: Side) -> Iterator[Reason]:
    failed = {name: judged for name, judged in side.verdicts.items() if judged.name == INVALID_CLIENT}
    if failed:
        said = next(iter(failed.values())).reasons[0]
        words = f"In {side.label} the load of {some(list(failed))} was not the planned one: {said}"
        yield Reason(short="a load that was not as planned", sentence=words)


def _noise(side: Side) -> Iterator[Reason]:
    noisy = {trial.name: words for trial in side.experiment.trials if (words := noise_words(trial.info))}
    if noisy:
        said = next(iter(noisy.values()))
        words = f"In {side.label} the machine was not quiet beside {some(list(noisy))}: {said}."
        yield Reason(short="a machine that was not quiet", sentence=words)
