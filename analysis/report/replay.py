"""What a replay plays: when each upload of a trial was where, as columns of whole milliseconds. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from analysis.charts.parts.palette import MODES
from analysis.data.factors import conditions_of, prefix, rank, varied
from analysis.data.model import Experiment, Trial
from analysis.data.outcomes import causes, outcomes, refused
from analysis.format import verdict, workers
from analysis.series.worker_timeline import places_of
from analysis.validity.verdict import STEADY, Verdict

# So much is played of each trial, so that a report of the largest experiment can still be mailed.
LONGEST_S = 60.0
MOST_UPLOADS = 2000
MOST_TRIALS = 24
# What becomes of an upload; the pages know these by their place.
OUTCOMES = ("ok", "failed", "refused", "unfinished")
# Stamps that are stored as milliseconds after the due time.
AFTER_DUE = ("sent_at", "received_at", "enqueued_at", "started_at", "finished_at", "gone_at", "answered_at")
SHORT_ID = 8
# The due time and what comes after it are rounded each by itself, so their sum may lie so much later.
ROUNDING_S = 0.001


def replay(experiment: Experiment, verdicts: Mapping[str, Verdict]) -> dict[str, Any] | None:
    """The first believed trial of each cell, sync beside queue, and how many cells had no room; None without any."""
    believed = [trial for trial in experiment.trials if not verdicts[trial.name].invalid]
    firsts = {trial.cell: trial for trial in sorted(believed, key=_place_in_list, reverse=True)}
    trials = sorted(firsts.values(), key=_place_in_list)
    if not trials:
        return None
    apart = varied(trial.cell for trial in experiment.trials)
    return {
        "outcomes": OUTCOMES,
        "looks": {mode: asdict(look) for mode, look in MODES.items()},
        "trials": [
            {"label": _label(trial, apart, verdicts[trial.name]), **replayed(trial)} for trial in trials[:MOST_TRIALS]
        ],
        "left_out": len(trials[MOST_TRIALS:]),
    }


def replayed(trial: Trial) -> dict[str, Any]:
    """One trial from when its load began: `due` in ms since then, other stamps in ms after `due`, null if missing."""
    rows = _rows(trial)
    early = rows[rows["due_at"] < trial.started_at + LONGEST_S].head(MOST_UPLOADS)
    shown = _with_stages(trial, early, _places(trial, rows))
    end_at = _ends_at(trial, shown, rows["due_at"])
    reasons = list(dict.fromkeys(shown["cause"]))
    return {
        "name": trial.name,
        "mode": trial.cell.mode,
        "places": trial.cell.places,
        "from": _ms(trial.window.start - trial.started_at),
        "until": _ms(trial.window.end - trial.started_at),
        "load_end": _ms(trial.load_stopped_at - trial.started_at),
        "end": _ms(end_at - trial.started_at),
        "planned": len(rows),
        "reasons": reasons,
        "due": [_ms(at) for at in shown["due_at"] - trial.started_at],
        **{name.removesuffix("_at"): [_ms(at) for at in shown[name] - shown["due_at"]] for name in AFTER_DUE},
        "status": _whole(shown["status"]),
        "outcome": [OUTCOMES.index(outcome) for outcome in shown["outcome"]],
        "place": shown["place"].tolist(),
        "executions": _whole(shown["executions"]),
        "writes": _whole(shown["writes"]),
        "reason": [reasons.index(cause) for cause in shown["cause"]],
        "id": [str(each)[:SHORT_ID] for each in shown["id"]],
    }


def _place_in_list(trial: Trial) -> tuple[Any, ...]:
    conditions = tuple(rank(*each) for each in conditions_of(trial.cell).items())
    return (*conditions, trial.cell.workers, trial.cell.mode != "sync", trial.repeat)


def _label(trial: Trial, apart: Sequence[str], judged: Verdict) -> str:
    """Such as `queue, 2 workers (overloaded)`."""
    doubt = "" if judged.name in STEADY else f" ({verdict(judged.name)})"
    return f"{prefix(conditions_of(trial.cell), apart)}{trial.cell.mode}, {workers(trial.cell.workers)}{doubt}"


def _rows(trial: Trial) -> pd.DataFrame:
    """Every upload in order of its due time, with what the server wrote down of its executions."""
    known = trial.pictures.drop_duplicates("id").set_index("id")
    more = {name: known[name].reindex(outcomes(trial)["id"]) for name in ("executions", "process_id") if name in known}
    rows = outcomes(trial).assign(**{name: values.array for name, values in more.items()})
    return rows.sort_values("due_at", kind="stable", ignore_index=True)


def _with_stages(trial: Trial, rows: pd.DataFrame, places: pd.Series) -> pd.DataFrame:
    """The same rows with the place of each upload, when it left the system, and why if it failed."""
    ended_badly = rows["outcome"] == "failed"
    return rows.assign(
        place=places.reindex(rows.index),
        writes=_writes(trial, rows["id"]),
        outcome=rows["outcome"].where(~refused(rows), "refused"),
        gone_at=rows["left_at"].where(ended_badly),
        finished_at=rows["finished_at"].where(rows["state"] == "ready"),
        cause=_causes(rows, ended_badly),
    )


def _places(trial: Trial, rows: pd.DataFrame) -> pd.Series:
    """The place of each picture from 0 on, None for one that was never started; work without an end keeps its place."""
    begun = rows.dropna(subset=["started_at"])
    work = pd.DataFrame(
        {
            "from_s": begun["started_at"],
            "until_s": begun["finished_at"].fillna(np.inf),
            "process": begun.get("process_id", ""),
        }
    )
    places = places_of(work, trial.cell.places).astype(object).reindex(rows.index)
    return places.where(places.notna(), None)


def _causes(rows: pd.DataFrame, ended_badly: pd.Series) -> pd.Series:
    """Why each upload failed, as a code or a few words; empty for those that did not."""
    known = rows.assign(reason=rows["reason"].fillna(""))
    return causes(known).where(ended_badly, "") if ended_badly.any() else pd.Series("", rows.index)


def _writes(trial: Trial, ids: pd.Series) -> pd.Series:
    """How often the external resource has stored each picture; missing if it was not asked."""
    if trial.external_writes is None:
        return pd.Series(np.nan, ids.index)
    return ids.map(trial.external_writes.drop_duplicates("id").set_index("id")["writes"]).fillna(0.0)


def _ends_at(trial: Trial, shown: pd.DataFrame, due_at: pd.Series) -> float:
    """When the replay ends: before the first upload that is not played, or with the last stamp."""
    if len(shown) < len(due_at):
        return min(trial.load_stopped_at, trial.started_at + LONGEST_S, float(due_at.iloc[len(shown)]))
    stamps = shown[list(AFTER_DUE)].to_numpy(dtype=float)
    last = stamps[np.isfinite(stamps)].max(initial=-math.inf) + ROUNDING_S
    return max(trial.load_stopped_at, float(last))


def _ms(seconds: float) -> int | None:
    return None if math.isnan(seconds) else round(1000 * seconds)


def _whole(values: pd.Series) -> list[int | None]:
    return [None if math.isnan(value) else int(value) for value in values]
