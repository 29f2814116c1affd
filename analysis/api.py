"""What the harness asks of the analysis: verdicts on trials, predictions, and the checks of a calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.calibration.checks import Check, certify
from analysis.capacity.results import Goal, outcome
from analysis.data import reader
from analysis.data.class_predictions import parse_guess
from analysis.data.machine_noise import noise_words
from analysis.data.model import Cell
from analysis.data.outcomes import outcomes
from analysis.data.reader import PREDICTION, read_bare, read_experiment, read_record, read_trial, trial_folders
from analysis.errors import AnalysisError
from analysis.metrics.percentiles import percentile
from analysis.metrics.trial import rate
from analysis.models.mgc import capacity, highest_rate
from analysis.models.predictions import predictions, services
from analysis.summary.cells import summarise_trials
from analysis.summary.contrasts import log_ratio_sd, mode_ratios
from analysis.validity.ledger import Ledger, ledger
from analysis.validity.verdict import Verdict, verdict_but_for_noise, verdict_on, verdicts_on

__all__ = [
    "AnalysisError",
    "Check",
    "Verdict",
    "certify",
    "conclude",
    "goal_outcome",
    "judge",
    "ledger_of",
    "noisy_trials",
    "parse_guess",
    "predicted_rates",
    "ratio_scatter",
    "refuse_strangers",
    "write_predictions",
]


def judge(trial_dir: Path) -> Verdict:
    """The verdict on the trial whose files lie in the folder; `trial.json` need not hold one yet."""
    return verdict_on(read_trial(trial_dir))


def conclude(trial_dir: Path, record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the record of a trial keeps of the analysis, and the trial's ledger.

    record: what else `trial.json` will hold.
    """
    trial = read_trial(trial_dir, record=record)
    verdict, rows = verdict_on(trial), outcomes(trial)
    cohort = rows[rows["in_cohort"]]
    lag_s = (cohort["sent_at"] - cohort["due_at"]).dropna()
    lags_s = {"p50_s": percentile(lag_s, 0.5), "p99_s": percentile(lag_s, 0.99), "max_s": lag_s.max()}
    kept = {
        "achieved_rate": round(rate(rows["sent_at"], trial.window), 4),
        "send_lag": {name: round(value, 6) for name, value in lags_s.items()} if len(lag_s) else {},
        "verdict": {"name": verdict.name, "reasons": list(verdict.words)},
    }
    return kept, _as_dict(ledger(trial))


def ledger_of(trial_dir: Path) -> dict[str, Any]:
    """The ledger of the trial whose files lie in the folder, as its record keeps it."""
    return _as_dict(ledger(read_trial(trial_dir)))


def _as_dict(drawn_up: Ledger) -> dict[str, Any]:
    return {"valid": drawn_up.valid} | asdict(drawn_up)


def refuse_strangers(folder: Path) -> None:
    """Raise if a trial in the folder of an experiment was not measured for it."""
    records = {path.name: read_record(path / "trial.json") for path in trial_folders(folder)}
    reader.refuse_strangers(str(folder), read_record(folder / "experiment.json"), records)


def goal_outcome(trial_dir: Path, goal: Mapping[str, Any]) -> str:
    """What a trial says of its rate: pass, fail, undecided or invalid; a goal is `clock`, `share` and `limit_s`.

    Noise is not looked at: whoever asks knows from `noisy_trials` whether it should keep the trial from a vote.
    """
    asked, trial = Goal(clock=goal["clock"], share=goal["share"], limit_s=goal["limit_s"]), read_trial(trial_dir)
    return outcome(trial, verdict_but_for_noise(trial), asked)


def noisy_trials(folder: Path) -> dict[str, str]:
    """The trials of an experiment during which the machine was not quiet, by name with the reason in words."""
    words = {name: noise_words(record) for name, record in _records(folder).items()}
    return {name: said for name, said in words.items() if said}


def ratio_scatter(folder: Path, repeats: int) -> float | None:
    """The standard deviation of the logarithm of queue / sync in ready time over the first repeats of an experiment,
    the largest of its worker counts; None where there is nothing to compare."""
    experiment = read_experiment(folder)
    first = [trial for trial in experiment.trials if trial.repeat <= repeats]
    return log_ratio_sd(mode_ratios(summarise_trials(first, verdicts_on(first)), pd.DataFrame()))


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: read_record(path / "trial.json") for path in trial_folders(folder)}


def predicted_rates(folder: Path, cell: Mapping[str, Any], goal: Mapping[str, Any], cores: int) -> tuple[float, float]:
    """The highest rate at which a cell should keep a goal, and the most it can finish, made of `baseline.csv` alone
    [pictures/s]."""
    asked = Cell(**cell)
    service = services(read_bare(folder))[asked.workload]
    most = capacity(service, asked.places, cores)
    # The answer of queue mode does not wait for a worker, so its workers are what runs out.
    within = {"share": goal["share"], "limit_s": goal["limit_s"]}
    if asked.mode == "queue" and goal["clock"] == "response":
        return most, most
    return highest_rate(service, places=asked.places, cores=cores, **within), most


def write_predictions(folder: Path, cells: Sequence[Mapping[str, Any]], cores: int) -> None:
    """Save what each cell should show, made of `baseline.csv` alone; cells are given as their levels."""
    predictions(read_bare(folder), [Cell(**cell) for cell in cells], cores).to_csv(
        folder / PREDICTION, index=False, lineterminator="\n"
    )
