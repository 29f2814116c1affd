import json
import math
from dataclasses import replace

import pandas as pd
from hand_made import trial
from synthetic_experiment import both_modes, break_books, repeated, write_experiment

from analysis.data.reader import read_experiment
from analysis.report import replay as replaying
from analysis.report.replay import OUTCOMES, replay, replayed
from analysis.validity.verdict import verdicts_on


def _replay(folder):
    experiment = read_experiment(folder)
    return replay(experiment, verdicts_on(experiment.trials))


def test_stamps_are_milliseconds_since_the_load_began_and_since_the_upload_was_due() -> None:
    played = replayed(trial([{"due_at": 11.0, "sent_at": 11.002, "answered_at": 11.015}], [{"finished_at": 13.5}]))

    assert (played["from"], played["until"], played["end"]) == (2000, 12000, 17000)
    assert played["due"] == [3000]
    assert {name: played[name] for name in ("sent", "received", "enqueued", "started", "finished", "answered")} == {
        "sent": [2],
        "received": [100],
        "enqueued": [100],
        "started": [200],
        "finished": [2500],
        "answered": [15],
    }


def test_it_plays_on_after_the_load_until_the_last_stamp() -> None:
    played = replayed(
        trial([{"due_at": 11.0}, {"id": "b"}], [{"finished_at": 27.25}, {"id": "b"}], load_stopped_at=25.0)
    )

    assert (played["load_end"], played["end"]) == (17000, 19251)


def test_what_did_not_happen_is_null_and_never_not_a_number() -> None:
    unsent = {"sent_at": math.nan, "answered_at": math.nan, "status": math.nan}
    played = replayed(trial([unsent], [{"id": "other"}]))

    assert played["sent"] == played["started"] == played["place"] == played["status"] == [None]
    assert OUTCOMES[played["outcome"][0]] == "unfinished"
    json.dumps(played, allow_nan=False)


def test_a_refused_and_a_failed_upload_are_told_apart_with_their_reason_and_when_they_left() -> None:
    played = replayed(
        trial(
            [
                {"id": "a", "status": 503.0, "error": '{"reason": "busy"}', "answered_at": 11.25},
                {"id": "b", "due_at": 12.0},
            ],
            [{"id": "b", "state": "failed", "reason": "unreadable_image", "finished_at": 12.5}],
        )
    )

    assert [OUTCOMES[outcome] for outcome in played["outcome"]] == ["refused", "failed"]
    assert [played["reasons"][reason] for reason in played["reason"]] == ["busy", "unreadable_image"]
    assert played["gone"] == [250, 500]
    assert played["finished"] == [None, None]


def test_how_often_the_external_resource_stored_a_picture_is_told() -> None:
    made = trial([{}, {"id": "b"}], [{}, {"id": "b"}])

    assert replayed(made)["writes"] == [None, None]
    effects = pd.DataFrame({"id": ["a"], "writes": [2.0]})
    assert replayed(replace(made, external_writes=effects))["writes"] == [2, 0]


def test_each_cell_is_played_once_the_modes_side_by_side(tmp_path) -> None:
    played = _replay(write_experiment(tmp_path / "demo", repeated(both_modes((2, 8)), 2)))

    assert [each["name"] for each in played["trials"]] == ["sync-w2-r1", "queue-w2-r1", "sync-w8-r1", "queue-w8-r1"]
    assert [each["label"] for each in played["trials"]][1:3] == ["queue, 2 workers (overloaded)", "sync, 8 workers"]


def test_a_trial_that_cannot_be_believed_is_not_played(tmp_path) -> None:
    folder = write_experiment(tmp_path / "demo", both_modes((4,)))
    break_books(folder / "queue-w4-r1")
    assert [each["name"] for each in _replay(folder)["trials"]] == ["sync-w4-r1"]

    break_books(folder / "sync-w4-r1")
    assert _replay(folder) is None


def test_a_big_trial_is_played_up_to_the_first_upload_that_has_no_room(monkeypatch) -> None:
    monkeypatch.setattr(replaying, "MOST_UPLOADS", 2)
    rows = [{"id": name, "due_at": due} for name, due in (("a", 10.0), ("b", 11.0), ("c", 12.5))]

    played = replayed(trial(rows, []))

    assert (len(played["due"]), played["planned"], played["end"]) == (2, 3, 4500)


def test_more_than_a_minute_is_not_played() -> None:
    rows = [{"id": "a", "due_at": 10.0}, {"id": "b", "due_at": 80.0}]

    played = replayed(trial(rows, [], load_stopped_at=90.0))

    assert (played["due"], played["end"]) == ([2000], 60000)
