"""What became of each planned request, from the rows of client and server together, and why it failed."""

import functools
import weakref
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd

from analysis.data.model import Trial

SERVER_COLUMNS = ["received_at", "enqueued_at", "started_at", "external_at", "finished_at", "state", "reason"]
Value = TypeVar("Value")


def once_per_trial(compute: Callable[[Trial], Value]) -> Callable[[Trial], Value]:
    """Keep what is computed from a trial as long as the trial lives: verdict, tables and charts ask for the same."""
    known: dict[int, Value] = {}

    @functools.wraps(compute)
    def computed(trial: Trial) -> Value:
        key = id(trial)
        if key not in known:
            known[key] = compute(trial)
            weakref.finalize(trial, known.pop, key)
        return known[key]

    return computed


def outcomes(trial: Trial) -> pd.DataFrame:
    """One row per planned request with `outcome`, `response_s`, `ready_s`, `service_s`, `heard_at` and `left_at`.

    `outcome` is ok, failed or unfinished. The two clocks start when the request was due; a clock whose
    end did not come is infinite, so that no percentile is taken over the survivors alone.
    """
    # Copied on write: what a caller changes stays the caller's own.
    return _computed(trial).copy(deep=False)


def cohort(trial: Trial) -> pd.DataFrame:
    """The outcomes of the requests that were due inside the measurement window."""
    rows = outcomes(trial)
    return rows[rows["in_cohort"]]


def accepted(rows: pd.DataFrame) -> pd.Series:
    """Which requests were answered 2xx."""
    return rows["status"].between(200, 299) & (rows["error"] == "") & rows["answered_at"].notna()


def refused(rows: pd.DataFrame) -> pd.Series:
    """Which requests were answered with anything but 2xx."""
    return rows["status"].notna() & ~rows["status"].between(200, 299)


def in_system(rows: pd.DataFrame, at: np.ndarray, until: str = "left_at") -> np.ndarray:
    """How many pictures were due but not done at each of the times; until `heard_at`: not answered [pictures]."""
    # Both are almost sorted already, which is what the stable sort is fast on.
    due = np.sort(rows["due_at"].to_numpy(), kind="stable")
    left = np.sort(rows[until].to_numpy(), kind="stable")
    return np.searchsorted(due, at, side="right") - np.searchsorted(left, at, side="right")


@once_per_trial
def _computed(trial: Trial) -> pd.DataFrame:
    server = trial.pictures.drop_duplicates("id").set_index("id").reindex(columns=SERVER_COLUMNS)
    # The client's columns are those of the trial and no copies.
    requests = trial.requests.reset_index(drop=True)
    rows = pd.concat([requests, server.reindex(requests["id"]).set_axis(requests.index)], axis=1)
    return (
        rows.assign(in_cohort=trial.window.holds(rows["due_at"]), accepted=accepted(rows))
        .pipe(_with_outcome, trial.cell.mode)
        .pipe(_with_clocks, trial.cell.mode)
    )


def _with_outcome(rows: pd.DataFrame, mode: str) -> pd.DataFrame:
    failed = refused(rows) | (rows["error"] != "") | (rows["state"] == "failed")
    done = rows["accepted"] if mode == "sync" else rows["accepted"] & (rows["state"] == "ready")
    return rows.assign(outcome=np.select([failed, done], ["failed", "ok"], "unfinished"))


def _with_clocks(rows: pd.DataFrame, mode: str) -> pd.DataFrame:
    answered = rows["accepted"] & (rows["outcome"] != "failed")
    ready_at = rows["answered_at"] if mode == "sync" else rows["finished_at"]
    done_at = rows["finished_at"].where(rows["state"].isin(["ready", "failed"]))
    return rows.assign(
        response_s=(rows["answered_at"] - rows["due_at"]).where(answered, np.inf),
        ready_s=(ready_at - rows["due_at"]).where(rows["outcome"] == "ok", np.inf),
        service_s=rows["finished_at"] - rows["started_at"],
        heard_at=_settled(rows, rows["answered_at"]),
        left_at=_settled(rows, rows["answered_at"] if mode == "sync" else done_at),
    )


def _settled(rows: pd.DataFrame, at: pd.Series) -> pd.Series:
    """The times; where one is missing, when the client gave up an upload that failed; infinite while neither came."""
    gave_up = rows["answered_at"].fillna(rows["sent_at"]).fillna(rows["due_at"])
    return at.fillna(gave_up.where(rows["outcome"] == "failed")).fillna(np.inf)


# How the error of such an upload begins in requests.csv.
CLIENT = "client: "


def failed_by_client(rows: pd.DataFrame) -> pd.Series:
    """Which uploads the load generator has failed by itself."""
    failed = rows["status"].isna()
    # Of those with a status nothing is read: to look at a million words takes seconds.
    failed[failed] = rows.loc[failed, "error"].str.startswith(CLIENT)
    return failed


def client_failures(rows: pd.DataFrame) -> pd.Series:
    """How many uploads the load generator has failed by itself, by the limit that they have met."""
    limits: pd.Series = rows.loc[failed_by_client(rows), "error"].str.removeprefix(CLIENT)
    return limits.value_counts()


# A larger share of failed uploads changes what a cell's rates and times are made of.
FAILED_TOLERANCE = 0.01
# The app answers a refusal with JSON; requests.csv holds how it begins.
REASON = r'"reason":\s*"(\w+)"'


def causes(failed: pd.DataFrame) -> pd.Series:
    """The server's code for each failure; else the kind of error that the client met, else the status."""
    server = failed["reason"].where(failed["reason"] != "")
    in_response = failed["error"].str.extract(REASON, expand=False)
    kind = failed["error"].str.extract(r"^(client: [\w ]+|\w+)(?::|$)", expand=False)
    status = "HTTP " + failed["status"].map("{:.0f}".format).where(refused(failed))
    return server.fillna(in_response).fillna(kind).fillna(status).fillna("for no known reason")
