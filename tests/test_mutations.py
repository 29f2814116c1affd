"""Real trials, each broken on purpose in one way: every break must be caught before a number of it is believed."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import AnalysisError, judge
from analysis.__main__ import main as analyse
from analysis.summary import summarise
from loadtests.configuration import Configuration
from loadtests.errors import StackError
from loadtests.stack.settings import verify
from tests.real_stack import ROOT

CELLS = ("sync-w1", "sync-w4", "sync-w8", "queue-w1", "queue-w4", "queue-w8")
QUEUES = tuple(cell for cell in CELLS if cell.startswith("queue"))
EXAMPLE = ROOT / "results" / "example"
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
    trial.info["broker_left"]["waiting"] -= 3


def double_the_samples(trial):
    trial.backlog[["waiting", "in_hand", "in_database"]] *= 2


def double_the_database_s_samples(trial):
    trial.backlog["in_database"] *= 2


def double_the_broker_s_samples(trial):
    trial.backlog[["waiting", "in_hand"]] *= 2


def count_half_of_the_messages(trial):
    trial.backlog[["waiting", "in_hand"]] //= 2


def take_messages_that_wait_for_messages_in_hand(trial):
    trial.backlog[["waiting", "in_hand"]] = trial.backlog[["in_hand", "waiting"]].to_numpy()


def freeze_the_broker_s_samples(trial):
    for count in ("waiting", "in_hand"):
        trial.backlog[count] = trial.backlog[count].iloc[0]


def freeze_the_samples(trial):
    for count in ("waiting", "in_hand", "in_database"):
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


def answer_before_the_work_is_done(trial):
    trial.pictures.loc[trial.some(trial.pictures, 0.02), "state"] = "processing"


MUTATIONS: list[tuple[str, Callable[[Record], None], str]] = [
    ("queue-w4-r1", drop_requests, "never planned"),
    ("queue-w4-r1", drop_pictures, "the server has no picture"),
    *((f"{cell}-r1", drop_the_same_uploads_from_both_books, "count of finished pictures") for cell in CELLS),
    ("queue-w4-r1", duplicate_a_request, "repeat an id"),
    ("queue-w4-r1", duplicate_a_picture, "repeat an id"),
    ("queue-w4-r1", put_the_server_s_clock_back, "sent_at after received_at"),
    ("queue-w4-r1", put_the_server_s_clock_forward, "received_at after answered_at"),
    ("sync-w4-r1", put_the_server_s_clock_forward, "finished_at after answered_at"),
    ("queue-w4-r1", put_the_client_s_clock_forward, "sent_at after received_at"),
    ("queue-w4-r1", put_the_client_s_clock_back, "received_at after answered_at"),
    ("queue-w4-r1", write_milliseconds, "after"),
    ("queue-w4-r1", let_one_worker_more_work, "more workers than asked for"),
    ("sync-w4-r1", let_one_worker_more_work, "more workers than asked for"),
    ("queue-w4-r1", starve_the_client, "load generator was late"),
    ("queue-w4-r1", send_too_few, "were sent inside the window"),
    ("queue-w4-r1", count_failures_as_successes, "carry a reason for failing"),
    ("queue-w4-r1", count_refusals_as_successes, "the server has no picture"),
    ("queue-w4-r1", count_unfinished_as_finished, "lack a stamp"),
    ("queue-w4-r1", execute_a_picture_twice, "not executed exactly once"),
    ("queue-w1-r1", lose_accepted_pictures, "lost"),
    *((f"{cell}-r1", double_the_samples, "Little's law") for cell in CELLS),
    # One worker that is overloaded always has one picture in hand in sync: there a count that stands still is right.
    *((f"{cell}-r1", freeze_the_samples, "Little's law") for cell in CELLS if cell != "sync-w1"),
    *((f"{cell}-r1", double_the_database_s_samples, "Little's law") for cell in CELLS),
    *((f"{cell}-r1", double_the_broker_s_samples, "The broker held") for cell in QUEUES),
    *((f"{cell}-r1", count_half_of_the_messages, "The broker held") for cell in QUEUES),
    *((f"{cell}-r1", freeze_the_broker_s_samples, "The broker held") for cell in QUEUES),
    *((f"{cell}-r1", take_messages_that_wait_for_messages_in_hand, "that the workers held") for cell in QUEUES),
    *((f"{cell}-r1", freeze_the_count_of_finished_pictures, "the count stood still") for cell in CELLS),
    *((f"{cell}-r1", lose_the_samples, "hardly sampled") for cell in CELLS),
    *((f"{cell}-r1", lose_the_database_s_counts, "hardly sampled") for cell in CELLS),
    *((f"{cell}-r1", lose_the_database_s_counts, "The broker held") for cell in QUEUES),
    *((f"{cell}-r1", lose_the_database_s_counts_for_a_while, "The broker held") for cell in QUEUES),
    ("queue-w4-r1", move_the_window_past_the_load, "No request was due"),
    ("queue-w4-r1", move_the_window_by_a_second, "were planned, but"),
    ("sync-w4-r1", answer_before_the_work_is_done, "although the picture is not ready"),
]


def judged(folder: Path, name: str, mutate: Callable[[Record], None]) -> tuple[str, str]:
    """The verdict on a copy of one of the example's trials after a mutation, with its reasons."""
    place = folder / name
    shutil.copytree(EXAMPLE / name, place, dirs_exist_ok=True)
    tables = {table: pd.read_csv(place / f"{table}.csv") for table in ("requests", "pictures", "backlog")}
    trial = Record(info=json.loads((place / "trial.json").read_text()), **tables)
    mutate(trial)
    (place / "trial.json").write_text(json.dumps(trial.info))
    for table in tables:
        getattr(trial, table).to_csv(place / f"{table}.csv", index=False, float_format="%.6f")
    verdict = judge(place)
    return verdict.name, " ".join(verdict.reasons)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in MUTATIONS}))
def test_as_it_was_measured_a_trial_passes(name, tmp_path):
    verdict, reasons = judged(tmp_path, name, lambda trial: None)

    assert not verdict.startswith("INVALID"), reasons


@pytest.mark.parametrize(
    ("name", "mutate", "words"), MUTATIONS, ids=[f"{mutate.__name__}-{name}" for name, mutate, _ in MUTATIONS]
)
def test_a_broken_trial_is_caught(name, mutate, words, tmp_path):
    verdict, reasons = judged(tmp_path, name, mutate)

    assert verdict.startswith("INVALID"), f"{verdict}: {reasons}"
    assert words in reasons, reasons


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"processes": 3}, "Celery pool processes: asked for 4, found 3"),
        ({"processes": 5}, "Celery pool processes: asked for 4, found 5"),
        ({"prefetch_multiplier": 4}, "prefetch multiplier"),
        ({"acks_late": False}, "late acknowledgement"),
    ],
    ids=["a worker is missing", "a worker is hidden", "a setting is lost", "another setting is lost"],
)
def test_a_stack_that_is_not_what_was_asked_for_is_caught(node, words):
    settings = json.loads((EXAMPLE / "queue-w4-r1" / "trial.json").read_text())["settings"]
    verify(settings, Configuration(mode="queue", workers=4))

    settings["workers"][0] |= node
    with pytest.raises(StackError, match=words):
        verify(settings, Configuration(mode="queue", workers=4))


def test_a_mode_that_does_less_work_is_caught(tmp_path, capsys):
    shutil.copytree(EXAMPLE, tmp_path / "example")
    for path in (tmp_path / "example").glob("queue-*/trial.json"):
        record = json.loads(path.read_text())
        record["cpu_seconds"]["worker"] *= 0.6
        path.write_text(json.dumps(record))

    assert analyse([str(tmp_path / "example"), "--no-charts"]) == 0
    assert "did not do the same work" in capsys.readouterr().out.replace("\n", " ")
    assert "the modes did not do the same work" in (tmp_path / "example" / "report.html").read_text()


def test_percentiles_under_each_other_s_name_are_caught(monkeypatch):
    from analysis.samples import read_trial

    trial = read_trial(EXAMPLE / "queue-w4-r1")
    verdicts = {trial.name: judge(EXAMPLE / "queue-w4-r1")}
    summarise([trial], verdicts)

    monkeypatch.setattr("analysis.summary.p95", lambda samples: samples.quantile(0.05))
    with pytest.raises(AnalysisError, match="p50"):
        summarise([trial], verdicts)
