"""What became of each planned request, from the client's and the server's rows together."""

import numpy as np
import pandas as pd

from analysis.experiment import Trial

SERVER_COLUMNS = ["id", "received_at", "started_at", "finished_at", "state"]


def outcomes(trial: Trial) -> pd.DataFrame:
    """One row per planned request with `outcome`, `response_s`, `ready_s`, `service_s` and `left_at`.

    `outcome` is ok, failed or unfinished. The two clocks start when the request was due; a clock whose
    end did not come is infinite, so that no percentile is taken over the survivors alone.
    """
    server = trial.pictures.drop_duplicates("id")[SERVER_COLUMNS]
    rows = trial.requests.merge(server, on="id", how="left")
    return (
        rows.assign(in_cohort=trial.window.holds(rows["due_at"]), accepted=accepted(rows))
        .pipe(_with_outcome, trial.cell.mode)
        .pipe(_with_clocks, trial.cell.mode)
    )


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


def in_system(rows: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """How many pictures were due but not done at each of the times [pictures]."""
    due = np.sort(rows["due_at"].to_numpy())
    left = np.sort(rows["left_at"].to_numpy())
    return np.searchsorted(due, at, side="right") - np.searchsorted(left, at, side="right")


def _with_outcome(rows: pd.DataFrame, mode: str) -> pd.DataFrame:
    failed = refused(rows) | (rows["error"] != "") | (rows["state"] == "failed")
    done = rows["accepted"] if mode == "sync" else rows["accepted"] & (rows["state"] == "ready")
    return rows.assign(outcome=np.select([failed, done], ["failed", "ok"], "unfinished"))


def _with_clocks(rows: pd.DataFrame, mode: str) -> pd.DataFrame:
    answered = rows["accepted"] & (rows["outcome"] != "failed")
    ready_at = rows["answered_at"] if mode == "sync" else rows["finished_at"]
    return rows.assign(
        response_s=(rows["answered_at"] - rows["due_at"]).where(answered, np.inf),
        ready_s=(ready_at - rows["due_at"]).where(rows["outcome"] == "ok", np.inf),
        service_s=rows["finished_at"] - rows["started_at"],
        left_at=_left_at(rows, mode),
    )


def _left_at(rows: pd.DataFrame, mode: str) -> pd.Series:
    """When each picture stopped being somebody's business; infinite while it still is."""
    settled = rows["finished_at"].where(rows["state"].isin(["ready", "failed"]))
    left = rows["answered_at"] if mode == "sync" else settled
    gave_up = rows["answered_at"].fillna(rows["sent_at"]).fillna(rows["due_at"])
    return left.fillna(gave_up.where(rows["outcome"] == "failed")).fillna(np.inf)
