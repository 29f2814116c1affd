"""Ways to break the record of a trial, one at a time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

STAMPS = ["received_at", "enqueued_at", "started_at", "finished_at"]
CLIENT_STAMPS = ["due_at", "sent_at", "answered_at"]


@dataclass
class Record:
    """One trial's files, to be changed."""

    info: dict
    requests: pd.DataFrame
    pictures: pd.DataFrame
    backlog: pd.DataFrame

    @property
    def measured(self) -> pd.Series:
        return self.requests["phase"] == "measure"

    def some(self, rows: pd.DataFrame, share: float) -> pd.Index:
        """A share of the rows, spread over them, one at least."""
        return rows.index[:: max(1, round(1 / share))]


def drop_requests(trial):
    trial.requests = trial.requests.drop(trial.some(trial.requests, 0.01))


def drop_pictures(trial):
    trial.pictures = trial.pictures.drop(trial.some(trial.pictures, 0.01))


def drop_the_same_uploads_from_both_books(trial):
    gone = trial.requests.loc[trial.some(trial.requests, 0.02), "id"]
    trial.requests = trial.requests[~trial.requests["id"].isin(gone)]
    trial.pictures = trial.pictures[~trial.pictures["id"].isin(gone)]


def duplicate_a_request(trial):
    trial.requests = pd.concat([trial.requests, trial.requests.iloc[[40]]])


def duplicate_a_picture(trial):
    trial.pictures = pd.concat([trial.pictures, trial.pictures.iloc[[40]]])


def put_the_server_s_clock_back(trial):
    trial.pictures[STAMPS] -= 0.05


def put_the_server_s_clock_forward(trial):
    trial.pictures[STAMPS] += 0.05


def put_the_client_s_clock_forward(trial):
    trial.requests[CLIENT_STAMPS] += 0.05


def put_the_client_s_clock_back(trial):
    trial.requests[CLIENT_STAMPS] -= 0.05


def write_milliseconds(trial):
    trial.pictures[STAMPS] *= 1000


def let_one_worker_more_work(trial):
    trial.info["cell"]["workers"] -= 1


def starve_the_client(trial):
    late = trial.some(trial.requests, 0.03)
    trial.requests.loc[late, ["sent_at", "answered_at"]] += 0.1
    trial.pictures[STAMPS] += trial.pictures["id"].isin(trial.requests.loc[late, "id"]).to_numpy()[:, None] * 0.1


def send_too_few(trial):
    unsent = trial.some(trial.requests[trial.measured], 0.05)
    trial.pictures = trial.pictures[~trial.pictures["id"].isin(trial.requests.loc[unsent, "id"])]
    trial.requests.loc[unsent, ["sent_at", "answered_at", "status"]] = np.nan


def count_failures_as_successes(trial):
    trial.pictures["reason"] = trial.pictures["reason"].astype(object)
    trial.pictures.loc[trial.some(trial.pictures, 0.02), "reason"] = "external_resource_timeout"


def count_refusals_as_successes(trial):
    refused = trial.some(trial.requests, 0.02)
    trial.pictures = trial.pictures[~trial.pictures["id"].isin(trial.requests.loc[refused, "id"])]


def count_unfinished_as_finished(trial):
    trial.pictures.loc[trial.some(trial.pictures, 0.02), "finished_at"] = np.nan


def execute_a_picture_twice(trial):
    trial.pictures.loc[40, "executions"] = 2


def lose_accepted_pictures(trial):
    trial.info["broker_remaining"]["waiting"] -= 3


def forget_whose_messages_the_broker_holds(trial):
    unfinished = trial.pictures.loc[trial.pictures["state"] == "queued", "id"]
    trial.info["broker_remaining"] |= {"missing": 3, "missing_ids": list(unfinished[:3]), "unacked_ids": []}


def double_the_samples(trial):
    trial.backlog[["waiting", "unacked", "in_database"]] *= 2


def double_the_database_s_samples(trial):
    trial.backlog["in_database"] *= 2


def double_the_broker_s_samples(trial):
    trial.backlog[["waiting", "unacked"]] *= 2


def count_half_of_the_messages(trial):
    trial.backlog[["waiting", "unacked"]] //= 2


def take_messages_that_wait_for_messages_unacked(trial):
    trial.backlog[["waiting", "unacked"]] = trial.backlog[["unacked", "waiting"]].to_numpy()


def freeze_the_broker_s_samples(trial):
    for count in ("waiting", "unacked"):
        trial.backlog[count] = trial.backlog[count].iloc[0]


def freeze_the_samples(trial):
    for count in ("waiting", "unacked", "in_database"):
        trial.backlog[count] = trial.backlog[count].iloc[0]


def freeze_the_count_of_finished_pictures(trial):
    trial.backlog["done"] = trial.backlog["done"].iloc[0]


def lose_the_database_s_counts(trial):
    """And with them what would tell that the broker counts wrongly as well."""
    trial.backlog[["in_database", "done", "counted_by"]] = np.nan
    trial.backlog["waiting"] += 5


def lose_the_database_s_counts_for_a_while(trial):
    """Too short to be told apart from a database that does not answer, while the broker counts wrongly."""
    trial.backlog.loc[trial.some(trial.backlog, 0.3), ["in_database", "done", "counted_by"]] = np.nan
    trial.backlog["waiting"] += trial.backlog["counted_by"].isna() * 5


def lose_the_samples(trial):
    trial.backlog = trial.backlog.iloc[:5]


def move_the_window_past_the_load(trial):
    trial.info["phases"]["measure_from"] += 60
    trial.info["phases"]["measure_until"] += 60


def move_the_window_by_a_second(trial):
    trial.info["phases"]["measure_from"] += 1


def miss_a_file(trial):
    trial.info["files"] = {"of_pictures": 100, "of_none": 0, "half_written": 0, "incomplete": 1}


def answer_before_the_work_is_done(trial):
    trial.pictures.loc[trial.some(trial.pictures, 0.02), "state"] = "processing"
