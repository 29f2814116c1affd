"""Real trials, each broken on purpose in one way: every break must be caught before a number of it is believed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.__main__ import main as analyse
from analysis.api import AnalysisError, judge
from analysis.data.reader import read_trial
from analysis.data.schema import SINCE_SCHEMA_2
from analysis.metrics.percentiles import p95, p99
from analysis.summary.cells import summarise
from loadtests.errors import StackError
from loadtests.planning.configuration import Configuration
from loadtests.stack.local.live_settings import verify
from tests import breaking
from tests.breaking import Record
from tests.real_stack import ROOT

CELLS = ("sync-w1", "sync-w4", "sync-w8", "queue-w1", "queue-w4", "queue-w8")
QUEUES = tuple(cell for cell in CELLS if cell.startswith("queue"))
EXAMPLE = ROOT / "results" / "example"


MUTATIONS: list[tuple[str, Callable[[Record], None], str]] = [
    ("queue-w4-r1", breaking.drop_requests, "never planned"),
    ("queue-w4-r1", breaking.drop_pictures, "the server has no picture"),
    *((f"{cell}-r1", breaking.drop_the_same_uploads_from_both_books, "count of finished pictures") for cell in CELLS),
    ("queue-w4-r1", breaking.duplicate_a_request, "repeat an id"),
    ("queue-w4-r1", breaking.duplicate_a_picture, "repeat an id"),
    ("queue-w4-r1", breaking.put_the_server_s_clock_back, "sent_at after received_at"),
    ("queue-w4-r1", breaking.put_the_server_s_clock_forward, "received_at after answered_at"),
    ("sync-w4-r1", breaking.put_the_server_s_clock_forward, "finished_at after answered_at"),
    ("queue-w4-r1", breaking.put_the_client_s_clock_forward, "sent_at after received_at"),
    ("queue-w4-r1", breaking.put_the_client_s_clock_back, "received_at after answered_at"),
    ("queue-w4-r1", breaking.write_milliseconds, "after"),
    ("queue-w4-r1", breaking.let_one_worker_more_work, "more workers ran than were asked for"),
    ("sync-w4-r1", breaking.let_one_worker_more_work, "more workers ran than were asked for"),
    ("queue-w4-r1", breaking.starve_the_client, "load generator was late"),
    ("queue-w4-r1", breaking.send_too_few, "were sent inside the window"),
    ("queue-w4-r1", breaking.count_failures_as_successes, "have a failure reason"),
    ("queue-w4-r1", breaking.count_refusals_as_successes, "the server has no picture"),
    ("queue-w4-r1", breaking.count_unfinished_as_finished, "lack a timestamp"),
    ("queue-w4-r1", breaking.execute_a_picture_twice, "not executed exactly once"),
    ("queue-w1-r1", breaking.lose_accepted_pictures, "lost"),
    ("queue-w1-r1", breaking.forget_whose_messages_the_broker_holds, "3 accepted pictures are lost"),
    *((f"{cell}-r1", breaking.double_the_samples, "Little's law") for cell in CELLS),
    # One worker that is overloaded always has one picture in hand in sync: there a count that stands still is right.
    *((f"{cell}-r1", breaking.freeze_the_samples, "Little's law") for cell in CELLS if cell != "sync-w1"),
    *((f"{cell}-r1", breaking.double_the_database_s_samples, "Little's law") for cell in CELLS),
    *((f"{cell}-r1", breaking.double_the_broker_s_samples, "Messages at the broker") for cell in QUEUES),
    *((f"{cell}-r1", breaking.count_half_of_the_messages, "Messages at the broker") for cell in QUEUES),
    *((f"{cell}-r1", breaking.freeze_the_broker_s_samples, "Messages at the broker") for cell in QUEUES),
    *(
        (f"{cell}-r1", breaking.take_messages_that_wait_for_messages_unacked, "Messages held by workers")
        for cell in QUEUES
    ),
    *((f"{cell}-r1", breaking.freeze_the_count_of_finished_pictures, "the count stood still") for cell in CELLS),
    *((f"{cell}-r1", breaking.lose_the_samples, "hardly sampled") for cell in CELLS),
    *((f"{cell}-r1", breaking.lose_the_database_s_counts, "hardly sampled") for cell in CELLS),
    *((f"{cell}-r1", breaking.lose_the_database_s_counts, "Messages at the broker") for cell in QUEUES),
    *((f"{cell}-r1", breaking.lose_the_database_s_counts_for_a_while, "Messages at the broker") for cell in QUEUES),
    ("queue-w4-r1", breaking.move_the_window_past_the_load, "No upload was due"),
    ("queue-w4-r1", breaking.move_the_window_by_a_second, "were planned, but"),
    ("queue-w4-r1", breaking.miss_a_file, "lack a file"),
    ("sync-w4-r1", breaking.answer_before_the_work_is_done, "although the picture is not ready"),
]


def renamed(content: Any) -> Any:
    """The content of a file of schema 1 by the names of schema 2, which the ways to break a trial use."""
    if not isinstance(content, dict):
        return content
    return {SINCE_SCHEMA_2.get(key, key): renamed(value) for key, value in content.items()}


def judged(folder: Path, name: str, mutate: Callable[[Record], None]) -> tuple[str, str]:
    """The verdict on a copy of one of the example's trials after a mutation, with its reasons."""
    place = folder / name
    shutil.copytree(EXAMPLE / name, place, dirs_exist_ok=True)
    tables = {table: pd.read_csv(place / f"{table}.csv") for table in ("requests", "pictures", "backlog")}
    tables = {table: rows.rename(columns=SINCE_SCHEMA_2) for table, rows in tables.items()}
    trial = Record(info=renamed(json.loads((place / "trial.json").read_text())), **tables)
    mutate(trial)
    (place / "trial.json").write_text(json.dumps(trial.info))
    for table in tables:
        getattr(trial, table).to_csv(place / f"{table}.csv", index=False, float_format="%.6f")
    verdict = judge(place)
    return verdict.name, " ".join(verdict.words)


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


def summarised():
    """The summary of one of the example's trials."""
    trial = read_trial(EXAMPLE / "queue-w4-r1")
    return summarise([trial], {trial.name: judge(EXAMPLE / "queue-w4-r1")})


def test_p95_and_p99_under_each_other_s_name_are_caught_although_there_are_too_few_uploads_for_both(monkeypatch):
    """With more uploads: `test_summary.py`."""
    assert summarised()["ready_p95_s"].notna().all() and summarised()["ready_p99_s"].isna().all()

    monkeypatch.setattr("analysis.summary.cells.p95", p99)
    monkeypatch.setattr("analysis.summary.cells.p99", p95)
    with pytest.raises(AnalysisError, match="a p99 and no p95"):
        summarised()


def test_a_p95_below_the_median_is_caught(monkeypatch):
    monkeypatch.setattr("analysis.summary.cells.p95", lambda samples: samples.quantile(0.05))

    with pytest.raises(AnalysisError, match="a p50 above its p95"):
        summarised()
