"""One row per cell: every number that the charts, the report and `summary.csv` show. Pure."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.factors import CONDITIONS, conditions_of, rank
from analysis.data.model import Cell, Trial
from analysis.data.outcomes import FAILED_TOLERANCE, once_per_trial, outcomes
from analysis.data.schema import KEYS
from analysis.errors import AnalysisError
from analysis.format import GROWS, workers
from analysis.metrics.backlog import backlog_growth, unanswered_growth
from analysis.metrics.equivalence import Row
from analysis.metrics.percentiles import CLOCKS, interval_columns, p95, p99, percentile
from analysis.metrics.trial import (
    accepted_rate,
    cpu_per_picture,
    rate,
    send_lag_p99,
    service_times,
    throughput,
    utilisation,
)
from analysis.validity.accounting import accounts
from analysis.validity.verdict import INVALID, OVERLOADED, STEADY, UNDECIDED, Verdict, together

ORDER = (*CONDITIONS, "mode", "workers")
ACCOUNT_COLUMNS = ("planned", "ok", "failed", "unfinished", "lost")
# A database that is no process of its own, as SQLite, costs what web and worker use for it.
SYSTEM_COMPONENTS = ("web", "worker", "sweeper", "broker", "database", "external")
Measured = tuple[Trial, pd.DataFrame]


def summarise(trials: Iterable[Trial], verdicts: Mapping[str, Verdict]) -> pd.DataFrame:
    """One row per cell; rates per second, times in seconds, accounts in requests.

    The trials of a cell are pooled; INVALID ones are only counted, as `withheld`, unless the cell has no others.
    """
    return _table(_kept(alike, verdicts) for alike in _by_cell(trials))


def believed(summary: pd.DataFrame) -> pd.DataFrame:
    """The same for people to read: of a cell that has only INVALID trials the verdict stays, and no numbers."""
    hidden = summary["verdict"].isin(INVALID)
    numbers = [name for name in summary if name not in (*KEYS, "trials", "withheld", "verdict", "unanswered_grows")]
    shown = {str(name): summary[name].mask(hidden) for name in numbers}
    shown["trials"] = summary["trials"].mask(hidden, 0)
    shown["unanswered_grows"] = summary["unanswered_grows"] & ~hidden
    return summary.assign(**shown).astype(dict.fromkeys(ACCOUNT_COLUMNS, "Int64"))


def summarise_trials(trials: Iterable[Trial], verdicts: Mapping[str, Verdict]) -> pd.DataFrame:
    """One row per trial with the same columns, and its name, repeat and load: the spread behind each cell."""
    return _table(_identity(trial) | _pooled([trial], verdicts) for trial in trials)


def system_cost(summary: pd.DataFrame) -> pd.DataFrame:
    """CPU seconds per finished picture of each part of the measured system, without load and harness."""
    columns = {f"cpu_{name}_s_per_picture": name for name in SYSTEM_COMPONENTS}
    return summary.reindex(columns=list(columns)).rename(columns=columns).dropna(axis=1, how="all")


def _by_cell(trials: Iterable[Trial]) -> list[list[Trial]]:
    cells: dict[Cell, list[Trial]] = {}
    for trial in trials:
        cells.setdefault(trial.cell, []).append(trial)
    return list(cells.values())


def _table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    ordered = sorted(rows, key=lambda row: [rank(name, row[name]) for name in ORDER])
    return pd.DataFrame(ordered)


def _pooled(trials: Sequence[Trial], verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    numbers, p99s = _alone(trials[0]) if len(trials) == 1 else _numbers(trials)
    row = numbers | {"verdict": together([verdicts[trial.name].name for trial in trials])} | p99s
    _check_order(row)
    return row


def _numbers(trials: Sequence[Trial]) -> tuple[dict[str, Any], dict[str, float]]:
    measured = [(trial, outcomes(trial)) for trial in trials]
    return _row(measured), _p99s(measured)


@once_per_trial
def _alone(trial: Trial) -> tuple[dict[str, Any], dict[str, float]]:
    return _numbers([trial])


def _kept(trials: Sequence[Trial], verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    counted = [trial for trial in trials if not verdicts[trial.name].invalid]
    return _pooled(counted or trials, verdicts) | {"withheld": len(trials) - len(counted)}


def _identity(trial: Trial) -> dict[str, Any]:
    """Which trial it is and which load it replayed: equal loads are equal uploads at equal times."""
    return {"trial": trial.name, "repeat": trial.repeat, "load": str(trial.info.get("plan_sha256") or "")}


def _row(measured: Sequence[Measured]) -> dict[str, Any]:
    trials = [trial for trial, _ in measured]
    cohorts = _cohorts(measured)
    cohort = pd.concat(cohorts)
    return {
        **_described(trials[0].cell, len(trials)),
        **_rates(measured),
        "unanswered_grows": any(unanswered_growth(trial).without_limit for trial in trials),
        **_times(trials[0].cell, cohort),
        **interval_columns(cohorts),
        **_counts(measured),
        **_costs(trials),
    }


def _cohorts(measured: Sequence[Measured]) -> list[pd.DataFrame]:
    return [rows[rows["in_cohort"]] for _, rows in measured]


def _p99s(measured: Sequence[Measured]) -> dict[str, float]:
    """In the last columns, because the others were there before."""
    cohort = pd.concat(_cohorts(measured))
    return {f"{clock}_p99_s": p99(cohort[f"{clock}_s"]) for clock in CLOCKS}


def _check_order(row: Mapping[str, Any]) -> None:
    """Raises if a percentile lies above a higher one, or is withheld where a higher one, which takes more, is not."""
    for clock, (lower, higher) in product(CLOCKS, pairwise(("p50", "p95", "p99"))):
        low, high = row[f"{clock}_{lower}_s"], row[f"{clock}_{higher}_s"]
        if low > high or (math.isnan(low) and not math.isnan(high)):
            wrong = f"a {higher} and no {lower}" if math.isnan(low) else f"a {lower} above its {higher}"
            raise AnalysisError(f"The {clock} time has {wrong}: its percentiles cannot be right.")


def _costs(trials: Sequence[Trial]) -> dict[str, float]:
    """CPU seconds per finished picture: of each component, and of the measured system as a whole."""
    costs = cpu_per_picture(trials)
    known = [costs[name] for name in SYSTEM_COMPONENTS if name in costs]
    each = {f"cpu_{name}_s_per_picture": cost for name, cost in costs.items()}
    return {"system_cpu_s_per_picture": sum(known) if known else math.nan} | each


def _described(cell: Cell, trials: int) -> dict[str, Any]:
    return {"mode": cell.mode, "workers": cell.workers, **conditions_of(cell), "trials": trials}


def _rates(measured: Sequence[Measured]) -> dict[str, float]:
    return {
        "achieved_rate": _mean(measured, lambda trial, rows: rate(rows["sent_at"], trial.window)),
        "accepted_rate": _mean(measured, accepted_rate),
        "throughput": _mean(measured, lambda trial, _: throughput(trial)),
        "backlog_growth": _mean(measured, lambda trial, _: backlog_growth(trial).slope),
        "unanswered_growth": _mean(measured, lambda trial, _: unanswered_growth(trial).slope),
    }


def _mean(measured: Sequence[Measured], metric: Callable[[Trial, pd.DataFrame], float]) -> float:
    """The mean over trials, weighted by the length of their windows: for a rate, the pooled rate."""
    total_s = sum(trial.window.length_s for trial, _ in measured)
    return sum(metric(trial, rows) * trial.window.length_s for trial, rows in measured) / total_s


def _times(cell: Cell, cohort: pd.DataFrame) -> dict[str, float]:
    service = service_times(cohort)
    return {
        "response_p50_s": percentile(cohort["response_s"], 0.5),
        "response_p95_s": p95(cohort["response_s"]),
        "ready_p50_s": percentile(cohort["ready_s"], 0.5),
        "ready_p95_s": p95(cohort["ready_s"]),
        "service_p50_s": percentile(service, 0.5),
        "utilisation": utilisation(cell.offered_rate, float(service.mean()), cell.places),
        "send_lag_p99_s": send_lag_p99(cohort),
    }


def _counts(measured: Sequence[Measured]) -> dict[str, int]:
    books = [accounts(trial) for trial, _ in measured]
    return {name: sum(getattr(book, name) for book in books) for name in ACCOUNT_COLUMNS}


MISSING = {"p50": "half or more missing", "p95": "over 5 % missing", "p99": "over 1 % missing"}


def with_marks(cells: pd.DataFrame) -> pd.DataFrame:
    """Adds `CLOCK_p50_mark` and so on, what an arrow says where there is no value to draw, and `doubt`.

    An overloaded cell has no ready time of its own: it depends on when one stops measuring. The answer of
    queue mode does not wait for a worker, so it keeps its value unless unanswered uploads pile up as well.
    """
    growing = {"ready": cells["verdict"] == OVERLOADED, "response": cells["unanswered_grows"]}
    marks = {}
    for clock, grows in growing.items():
        for share, words in MISSING.items():
            infinite = np.isinf(cells[f"{clock}_{share}_s"])
            marks[f"{clock}_{share}_mark"] = np.select([grows, infinite], [GROWS, words], "")
    return with_doubts(cells).assign(**marks)


def with_doubts(cells: pd.DataFrame) -> pd.DataFrame:
    """Adds `doubt`: in a word or two, why the numbers of a cell mean less than they seem to; else nothing.

    Noise is reported with the verdicts, with its reason, and nowhere else.
    """
    unsure = np.where(cells["verdict"] == UNDECIDED, "undecided", "")
    failed = cells["failed"].astype(float) > FAILED_TOLERANCE * cells["planned"].astype(float)
    doubts = zip(unsure, np.where(failed, "failures", ""), strict=True)
    return cells.assign(doubt=[", ".join(filter(None, words)) for words in doubts])


def keeps_up(row: Row) -> bool:
    """Whether a cell did all that was asked of it; what fails is got rid of, not done."""
    return bool(row["verdict"] in STEADY and row["failed"] == 0 and row["unfinished"] == 0)


def told_workers(counts: int | Sequence[int], *rows: Row) -> str:
    """Worker counts with what makes their rows doubtful, such as `4 workers (undecided in queue)`."""
    doubts = {row["mode"]: row["doubt"] for row in rows}
    if len(set(doubts.values())) == 1:
        said = next(iter(doubts.values()))
    else:
        said = ", ".join(f"{doubt} in {mode}" for mode, doubt in doubts.items() if doubt)
    return f"{workers(counts)} ({said})" if said else workers(counts)
