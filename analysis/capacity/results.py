"""Whether a trial met a goal (R29, R30), and what the searches for the highest rate that does have found. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.data.factors import CONDITIONS, prefix
from analysis.data.model import Trial
from analysis.data.outcomes import cohort
from analysis.errors import AnalysisError
from analysis.format import GROWS, Table, duration, number, workers
from analysis.metrics.backlog import backlog_growth, unanswered_growth
from analysis.metrics.percentiles import claimed, least_samples
from analysis.validity.saturation import doubts_of_growth
from analysis.validity.verdict import INVALID_ACCOUNTS, OVERLOADED, UNDECIDED, Verdict

PASS, FAIL, UNSURE, INVALID = "pass", "fail", "undecided", "invalid"

# Too few uploads for a percentile still miss a goal if chance gives so many misses in a smaller share of trials (R29).
CHANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A percentile of one clock, ready or response, and what it may be [s]; and no upload may fail."""

    clock: str
    share: float
    limit_s: float


def outcome(trial: Trial, verdict: Verdict, goal: Goal) -> str:
    """What a trial says of its rate; raises where it says nothing because its books do not balance."""
    if verdict.name == INVALID_ACCOUNTS:
        raise AnalysisError(f"{trial.name}: {' '.join(verdict.words)}")
    if verdict.invalid:
        return INVALID
    if verdict.name == OVERLOADED:
        return FAIL
    rows = cohort(trial)
    if (rows["outcome"] == "failed").any() or _missed(rows[f"{goal.clock}_s"], goal):
        return FAIL
    too_few = len(rows) < least_samples(goal.share)
    return UNSURE if too_few or (verdict.name == UNDECIDED and _may_grow(trial)) else PASS


def _may_grow(trial: Trial) -> bool:
    """Whether what a trial did leaves it open if it keeps up; that much was asked of it is what a search is for."""
    return bool(doubts_of_growth(backlog_growth(trial), unanswered_growth(trial)))


def reached_s(trial: Trial, goal: Goal) -> float:
    """The percentile that a trial showed [s]; NaN where it has too few uploads to claim one."""
    return claimed(cohort(trial)[f"{goal.clock}_s"], goal.share)


def _missed(times_s: pd.Series, goal: Goal) -> bool:
    """Whether the percentile was missed: by what it was, or by more misses than chance gives few uploads."""
    if len(times_s) < least_samples(goal.share):
        return _chance_of(int((times_s > goal.limit_s).sum()), len(times_s), goal.share) < CHANCE
    return claimed(times_s, goal.share) > goal.limit_s


def _chance_of(misses: int, uploads: int, share: float) -> float:
    """How likely so many misses or more are where each upload keeps the limit with probability `share`."""
    fewer = (math.comb(uploads, n) * (1 - share) ** n * share ** (uploads - n) for n in range(misses))
    return 1 - sum(fewer)


# Rates below this keep two digits after the point, all others one.
SMALL_RATE = 10


def at_most(kept: float) -> str:
    """A rate that was confirmed to be kept [pictures/s], rounded down: more was not confirmed."""
    return number(floored(kept), 2)


def at_least(missed: float) -> str:
    """A rate that was confirmed not to be kept [pictures/s], rounded up: less was not confirmed."""
    return number(_rounded(missed, math.ceil), 2)


def floored(kept: float) -> float:
    """The rate as it is reported."""
    return _rounded(kept, math.floor)


def _rounded(rate: float, to_whole: Callable[[float], int]) -> float:
    if math.isnan(rate):
        return rate
    scale = 100 if rate < SMALL_RATE else 10
    # Rounded first, because 100 * 1.16 is a little less than 116.
    return to_whole(round(scale * rate, 6)) / scale


LEVELS = tuple(name for name in CONDITIONS if name != "offered_rate")
WITHHELD, TOO_FEW = "withheld", "too few uploads"
REACHED = ("trial", "mode", "workers", "rate", "verdict", "reached_s", "mark")

# What workers finish while they empty a full queue and under overload may differ by so much without a word (R10).
AGREE_WITHIN = 0.05


def goal_words(capacities: pd.DataFrame) -> str:
    """The goal, such as `ready p95 within 2 s`."""
    row = capacities.iloc[0]
    return f"{row['clock']} p{100 * row['share']:g} within {number(row['limit_s'], 2)} s"


def with_prefix(capacities: pd.DataFrame, per_trial: pd.DataFrame) -> pd.DataFrame:
    """Adds `prefix`, which tells the levels of what was varied, and `overload`, the most that an overloaded trial
    finished [pictures/s]; sorts by prefix, worker count and mode."""
    differing = _differing(capacities)
    keys = ["mode", "workers", *LEVELS]
    overloaded = per_trial[per_trial["verdict"] == OVERLOADED].rename(columns={"throughput": "overload"})
    most = overloaded.groupby(keys)["overload"].max().reset_index()
    named = capacities.merge(most, on=keys, how="left")
    named = named.assign(
        prefix=[prefix({str(name): row[name] for name in LEVELS}, differing) for row in named.to_dict("records")]
    )
    return named.astype({"workers": int}).sort_values(["prefix", "workers", "mode"], ascending=[True, True, False])


def _differing(rows: pd.DataFrame) -> list[str]:
    """The conditions that differ between the rows, but for the rate, which every search has its own of."""
    return [name for name in LEVELS if rows[name].nunique() > 1]


def capacity_sentences(capacities: pd.DataFrame) -> list[str]:
    """One for each worker count, both modes in it."""
    sentences = []
    for (before, count), rows in capacities.groupby(["prefix", "workers"], sort=False):
        said = "; ".join(f"{row['mode']} {_bounds(row)}" for row in rows.to_dict("records"))
        sentences.append(f"{before}{goal_words(capacities).capitalize()}, with {workers(int(str(count)))}: {said}")
    return sentences


def overload_sentences(cells: pd.DataFrame) -> list[str]:
    """What the heaviest load that was tried did in each mode, one for each worker count and set of conditions."""
    beyond = cells[cells["verdict"] == OVERLOADED].sort_values("offered_rate")
    differing = _differing(cells)
    sentences = []
    for (*levels, count), rows in beyond.groupby([*LEVELS, "workers"]):
        before = prefix(dict(zip(LEVELS, levels, strict=True)), differing)
        worst = rows.drop_duplicates("mode", keep="last").to_dict("records")
        said = "; ".join(
            f"in {row['mode']} at {number(row['offered_rate'])} pictures/s {_overload(row)}" for row in worst
        )
        sentences.append(f"{before}Overload with {workers(int(str(count)))}: {said}")
    return sentences


def disagreement_sentences(capacities: pd.DataFrame) -> list[str]:
    """One for each search whose workers finish clearly more or less from a full queue than under overload."""
    both = capacities.dropna(subset=["drained", "overload"])
    apart = both[abs(both["overload"] / both["drained"] - 1) > AGREE_WITHIN]
    return [f"{row['prefix']}{_disagreement(row)}" for row in apart.to_dict("records")]


def capacity_table(capacities: pd.DataFrame) -> Table:
    """One row per search."""
    return Table(
        headings=["conditions", "mode", "workers", "sustained up to [pictures/s]", "not sustained from [pictures/s]"]
        + [
            "predicted [pictures/s]",
            "draining a full queue [pictures/s]",
            "highest throughput under overload [pictures/s]",
        ]
        + ["trials", "measured [min]", "how the search ended"],
        rows=[
            [str(row["prefix"]).removesuffix(": ") or "–", str(row["mode"]), str(row["workers"])]
            + [at_most(row["passed"]), at_least(row["failed"])]
            + [number(row[name], 2) for name in ("predicted", "drained", "overload")]
            + [f"{row['trials']:.0f}", number(row["measured_s"] / 60), str(row["reason"])]
            for row in capacities.to_dict("records")
        ],
    )


def reached(trials: Sequence[Trial], verdicts: Mapping[str, Verdict], goal: Goal) -> pd.DataFrame:
    """What each trial of a search showed: `trial`, `mode`, `workers`, `rate` [pictures/s], `verdict`, `reached_s`, NaN
    where no time is claimed, and `mark`, what is said in its place."""
    rows = [_reached(trial, verdicts[trial.name], goal) for trial in trials]
    return pd.DataFrame(rows, columns=list(REACHED))


def goal_of(capacities: pd.DataFrame) -> Goal:
    """The goal that all of its searches had."""
    row = capacities.iloc[0]
    return Goal(clock=str(row["clock"]), share=float(row["share"]), limit_s=float(row["limit_s"]))


def _reached(trial: Trial, verdict: Verdict, goal: Goal) -> dict[str, Any]:
    """One trial; of an INVALID one no time is reported, nor of one whose time depends on when one stops measuring."""
    seconds = reached_s(trial, goal)
    mark = _mark(trial, verdict, goal, seconds)
    row = {"trial": trial.name, "mode": trial.cell.mode, "workers": trial.cell.workers}
    judged = {"verdict": verdict.name, "reached_s": math.nan if mark else seconds, "mark": mark}
    return row | {"rate": trial.cell.offered_rate} | judged


def _mark(trial: Trial, verdict: Verdict, goal: Goal, seconds: float) -> str:
    """What is said in the place of a time; empty where the time is reported."""
    if verdict.invalid:
        return WITHHELD
    if _grows(trial, verdict, goal):
        return GROWS
    if math.isnan(seconds):
        return TOO_FEW
    return f"over {100 * (1 - goal.share):.3g} % missing" if math.isinf(seconds) else ""


def _grows(trial: Trial, verdict: Verdict, goal: Goal) -> bool:
    """The answer of queue mode does not wait for a worker, so it has a time although the picture has none."""
    if goal.clock == "ready":
        return verdict.name == OVERLOADED
    return unanswered_growth(trial).without_limit


def _bounds(row: Mapping[Any, Any]) -> str:
    kept, missed = at_most(row["passed"]), at_least(row["failed"])
    if math.isnan(row["passed"]) and math.isnan(row["failed"]):
        return "undecided"
    if math.isnan(row["failed"]):
        return f"meets it at {kept} pictures/s; no upper bound found"
    if math.isnan(row["passed"]):
        return f"misses it at {missed} pictures/s; no lower bound found"
    return f"meets it at {kept} pictures/s and misses it at {missed}"


def _disagreement(row: Mapping[Any, Any]) -> str:
    start = f"With {workers(int(row['workers']))}, a full queue drains at {number(row['drained'], 2)} pictures/s"
    share = row["overload"] / row["drained"] - 1
    more = "more: one of the two is wrong, so measure again"
    why = more if share > 0 else "less, because uploads are accepted meanwhile"
    return f"{start}; under overload it finishes {number(row['overload'], 2)}, {number(100 * abs(share))} % {why}"


def _overload(row: Mapping[Any, Any]) -> str:
    """The two clocks of an overloaded trial: only the answer of queue mode does not wait for a worker."""
    if row["mode"] == "sync" or row["unanswered_grows"]:
        return f"response time {GROWS}"
    return f"the response still takes {duration(row['response_p50_s'])}, but the wait for the picture {GROWS}"
