"""What the analysis says of trials, finished or to come: the harness asks it here, late, and nowhere else.

pandas is slow to load, and nothing of it may run while a trial is measured.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loadtests.configuration import Cell
from loadtests.errors import PlanError, TrialError
from loadtests.goal import Goal


def verdict_on(trial_dir: Path) -> dict[str, Any]:
    """The verdict on a trial as its record keeps it: name and reasons."""
    from analysis import AnalysisError, judge

    try:
        verdict = judge(trial_dir)
    except AnalysisError as error:
        raise TrialError(f"The trial cannot be judged: {error}") from error
    return {"name": verdict.name, "reasons": list(verdict.reasons)}


def ledger_of(trial_dir: Path) -> dict[str, Any]:
    """What became of every upload of a trial, as its record keeps it."""
    from analysis import AnalysisError, ledger_of

    try:
        return ledger_of(trial_dir)
    except AnalysisError as error:
        raise TrialError(f"The trial's ledger cannot be drawn up: {error}") from error


def noisy_trials(folder: Path) -> dict[str, str]:
    """The finished trials beside which the machine was not quiet, by name with the reason in words."""
    from analysis import noisy_trials

    return noisy_trials(folder)


def predict(folder: Path, cells: Sequence[Cell], cores: int) -> None:
    """Write down what each cell should show, from the work of bare processes, before any is measured."""
    from analysis import write_predictions

    write_predictions(folder, [asdict(cell) for cell in cells], cores)


def check_guess(text: str) -> set[int]:
    """The numbers of workers that a class's predictions are about; raises unless they are predictions."""
    from analysis import AnalysisError, parse_guess

    try:
        guess = parse_guess(text)
    except AnalysisError as error:
        raise PlanError(str(error)) from None
    return {*guess.throughput, *guess.ready_s}


def log_ratio_sd(folder: Path, repeats: int) -> float | None:
    """How much the ratios of the modes' ready times scatter over the first repeats; see the analysis."""
    from analysis import ratio_scatter

    return ratio_scatter(folder, repeats)


def predicted_rates(folder: Path, cell: Cell, goal: Goal, cores: int) -> tuple[float, float]:
    """The rate at which a cell should just keep a goal, and the most it can finish, from bare work [pictures/s]."""
    from analysis import predicted_rates

    return predicted_rates(folder, asdict(cell), asdict(goal), cores)


def goal_outcome(trial_dir: Path, goal: Goal) -> str:
    """Whether a trial kept a goal, however noisy the machine was: pass, fail, undecided or invalid."""
    from analysis import AnalysisError, goal_outcome

    try:
        return goal_outcome(trial_dir, asdict(goal))
    except AnalysisError as error:
        raise TrialError(str(error)) from error
