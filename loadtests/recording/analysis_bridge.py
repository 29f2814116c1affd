"""The only module that imports the analysis; it does so late.

pandas is slow to load, and nothing of it may run while a trial is measured.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loadtests.errors import PlanError, QueuelabError, TrialError
from loadtests.planning.configuration import Cell
from loadtests.planning.experiment import Goal


def conclude(trial_dir: Path, record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the record of a trial keeps of the analysis (achieved rate, send lag, verdict), and the trial's ledger."""
    from analysis.api import conclude

    with _raised_as(TrialError, "The trial cannot be judged: "):
        return conclude(trial_dir, record)


def ledger_of(trial_dir: Path) -> dict[str, Any]:
    """Return the ledger of a finished trial: what became of every upload."""
    from analysis.api import ledger_of

    with _raised_as(TrialError, "The trial's ledger cannot be drawn up: "):
        return ledger_of(trial_dir)


def refuse_strangers(folder: Path) -> None:
    """Raise if a trial in the folder of an experiment was not measured for it."""
    from analysis.api import refuse_strangers

    with _raised_as(TrialError):
        refuse_strangers(folder)


def noisy_trials(folder: Path) -> dict[str, str]:
    """The finished trials during which the machine was not quiet, by name with the reason in words."""
    from analysis.api import noisy_trials

    with _raised_as(TrialError):
        return noisy_trials(folder)


def predict(folder: Path, cells: Sequence[Cell], cores: int) -> None:
    """Predict each cell from the baseline, and save that before the first trial."""
    from analysis.api import write_predictions

    with _raised_as(TrialError):
        write_predictions(folder, [asdict(cell) for cell in cells], cores)


def check_guess(text: str) -> set[int]:
    """The numbers of workers that a class's predictions are about; raises unless they are predictions."""
    from analysis.api import parse_guess

    with _raised_as(PlanError):
        guess = parse_guess(text)
    return {*guess.throughput, *guess.ready_s}


def log_ratio_sd(folder: Path, repeats: int) -> float | None:
    """How much the ratios of the modes' ready times scatter over the first repeats; see the analysis."""
    from analysis.api import ratio_scatter

    with _raised_as(TrialError):
        return ratio_scatter(folder, repeats)


def predicted_rates(folder: Path, cell: Cell, goal: Goal, cores: int) -> tuple[float, float]:
    """The rate at which a cell should just keep a goal, and the most it can finish, from the baseline [pictures/s]."""
    from analysis.api import predicted_rates

    with _raised_as(TrialError):
        return predicted_rates(folder, asdict(cell), asdict(goal), cores)


def goal_outcome(trial_dir: Path, goal: Goal) -> str:
    """Whether a trial kept a goal, however noisy the machine was: pass, fail, undecided or invalid."""
    from analysis.api import goal_outcome

    with _raised_as(TrialError):
        return goal_outcome(trial_dir, asdict(goal))


def certify(folder: Path, heard: dict[str, float]) -> list[dict[str, Any]]:
    """Compare the records of a calibration with the known times; one row per check."""
    from analysis.api import certify

    return [asdict(check) | {"passed": check.passed} for check in certify(folder, heard)]


@contextmanager
def _raised_as(kind: type[QueuelabError], before: str = "") -> Iterator[None]:
    """Turn errors of the analysis into errors of the harness."""
    from analysis.errors import AnalysisError

    try:
        yield
    except AnalysisError as error:
        raise kind(f"{before}{error}") from error
