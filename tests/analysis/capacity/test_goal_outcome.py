"""Whether a trial kept a goal, and what searches have found."""

import dataclasses
import json
import math

import pandas as pd
import pytest

from analysis.api import goal_outcome, judge
from analysis.capacity.results import (
    Goal,
    capacity_sentences,
    capacity_table,
    disagreement_sentences,
    outcome,
    overload_sentences,
    reached,
)
from analysis.errors import AnalysisError
from analysis.validity.reasons import Kind, reason
from analysis.validity.verdict import Verdict
from tests.analysis.hand_made import TRIAL_DEFAULTS, capacities, crowded_door, trial
from tests.analysis.synthetic_experiment import Made, undecided, write_experiment

SEARCHES = [
    ("sync", 1, 2.5, 3.0, math.nan),
    ("queue", 1, 2.4, 2.9, 3.6),
    ("sync", 4, 10.0, 12.0, math.nan),
    ("queue", 4, 10.4, math.nan, 14.0),
]
GOAL = Goal(clock="ready", share=0.95, limit_s=0.5)


def measured(ready_s, *, uploads=80, slow=0, **last):
    """Uploads that are all ready after the same time, but for the first slow ones; the last one may differ."""
    requests = [
        {"id": str(n), "due_at": 10 + n / 10, "sent_at": 10 + n / 10, "answered_at": 10.01 + n / 10}
        for n in range(uploads)
    ]
    pictures = [
        {
            "id": row["id"],
            "received_at": row["sent_at"],
            "started_at": row["sent_at"],
            "finished_at": row["sent_at"] + (2 * GOAL.limit_s if n < slow else ready_s),
        }
        for n, row in enumerate(requests)
    ]
    pictures[-1] |= last
    return trial(requests, pictures)


@pytest.mark.parametrize(
    ("ready_s", "verdict", "said"),
    [
        (0.4, "VALID", "pass"),
        (0.6, "VALID", "fail"),
        (0.4, "OVERLOADED", "fail"),
        # It did all that was asked of it: that this is nearly all it can do is what a search asks for.
        (0.4, "UNDECIDED", "pass"),
        (0.6, "UNDECIDED", "fail"),
        (0.6, "INVALID_CLIENT", "invalid"),
    ],
)
def test_a_trial_passes_if_it_was_valid_and_quick_enough(ready_s, verdict, said):
    assert outcome(measured(ready_s), Verdict(name=verdict), GOAL) == said


def test_a_trial_with_an_upload_that_never_became_ready_decides_nothing():
    made = measured(0.4)
    rows = made.pictures.index[-1:]
    made.pictures.loc[rows, ["state", "finished_at"]] = ["processing", math.nan]

    assert outcome(made, Verdict(name="UNDECIDED"), GOAL) == "undecided"


@pytest.mark.parametrize(
    ("uploads", "share", "said"),
    [(71, 0.95, "undecided"), (72, 0.95, "pass"), (72, 0.99, "undecided"), (5, 0.5, "undecided"), (6, 0.5, "pass")],
)
def test_a_goal_is_kept_only_by_so_many_uploads_as_its_percentile_is_claimed_from(uploads, share, said):
    goal = dataclasses.replace(GOAL, share=share)

    assert outcome(measured(0.4, uploads=uploads), Verdict(name="VALID"), goal) == said


@pytest.mark.parametrize(("slow", "said"), [(2, "undecided"), (4, "undecided"), (5, "fail"), (20, "fail")])
def test_a_few_uploads_miss_a_goal_if_chance_gives_so_many_misses_in_less_than_one_of_a_hundred_trials(slow, said):
    """Of 20 uploads that each miss with 5 %, four or more do in 1.6 % of all trials, five or more in 0.3 %."""
    assert outcome(measured(0.4, uploads=20, slow=slow), Verdict(name="VALID"), GOAL) == said


@pytest.mark.parametrize(
    ("made", "verdict", "said"), [(Made(workers=8), "NOISY", "pass"), (undecided(4), "UNDECIDED", "undecided")]
)
def test_noise_hides_nothing_that_the_trial_shows(tmp_path, made, verdict, said):
    folder = write_experiment(tmp_path / "noisy", [made]) / made.name
    record = json.loads((folder / "trial.json").read_text())
    (folder / "trial.json").write_text(json.dumps(record | {"noise": {"steal_share": 0.2}}))

    assert judge(folder).name == verdict
    assert goal_outcome(folder, dataclasses.asdict(GOAL) | {"limit_s": 5.0}) == said


def test_one_upload_that_failed_is_enough_to_miss_the_goal():
    failed = measured(0.1, state="failed", reason="unreadable_image")

    assert outcome(failed, Verdict(name="VALID"), GOAL) == "fail"


def test_the_other_clock_can_be_asked():
    goal = dataclasses.replace(GOAL, clock="response")

    assert outcome(measured(0.6), Verdict(name="VALID"), goal) == "pass"


def test_books_that_do_not_close_stop_the_search():
    with pytest.raises(AnalysisError, match="3 accepted pictures are lost"):
        outcome(measured(0.1), Verdict(name="INVALID_ACCOUNTS", reasons=(reason(Kind.LOST, count=3),)), GOAL)


@pytest.fixture
def found():
    return capacities(*SEARCHES)


def test_a_capacity_is_told_as_the_two_rates_that_it_lies_between(found):
    first, second = capacity_sentences(found)

    assert first == (
        "Ready p95 within 2 s, with 1 worker: sync meets it at 2.5 pictures/s and misses it at 3; "
        "queue meets it at 2.4 pictures/s and misses it at 2.9"
    )
    assert "queue meets it at 10.4 pictures/s; no upper bound found" in second


def test_a_rate_is_rounded_only_to_the_side_on_which_it_stays_confirmed():
    found = capacities(("sync", 1, 5.656, 6.221, math.nan), ("queue", 1, 14.08, 15.63, math.nan))

    (sentence,) = capacity_sentences(found)
    assert "sync meets it at 5.65 pictures/s and misses it at 6.23" in sentence
    assert "queue meets it at 14 pictures/s and misses it at 15.7" in sentence
    assert [row[3:5] for row in capacity_table(found).rows] == [["5.65", "6.23"], ["14", "15.7"]]


@pytest.mark.parametrize(
    ("drained", "words"),
    [
        (3.6, []),
        (4.0, ["at 4 pictures/s; under overload it finishes 3.5, 12.5 % less, because uploads are accepted meanwhile"]),
        (3.2, ["at 3.2 pictures/s; under overload it finishes 3.5, 9.4 % more: one of the two is wrong"]),
        (math.nan, []),
    ],
)
def test_the_two_raw_maxima_are_told_where_they_differ_by_more_than_five_percent(drained, words):
    said = disagreement_sentences(capacities(("queue", 1, 2.4, 2.9, drained)))

    assert [each.removesuffix(", so measure again") for each in said] == [
        f"With 1 worker, a full queue drains {rest}" for rest in words
    ]


@pytest.mark.parametrize(
    ("trial_of", "verdict", "seconds", "mark"),
    [
        (measured(0.6), "VALID", 0.6, ""),
        (measured(0.6), "UNDECIDED", 0.6, ""),
        (measured(0.6), "OVERLOADED", math.nan, "grows without limit"),
        (measured(0.6), "INVALID_CLIENT", math.nan, "withheld"),
        (measured(0.6, uploads=71), "VALID", math.nan, "too few uploads"),
        (crowded_door(), "VALID", math.nan, "over 5 % missing"),
    ],
)
def test_no_time_is_told_that_a_trial_cannot_claim(trial_of, verdict, seconds, mark):
    (row,) = reached([trial_of], {trial_of.name: Verdict(name=verdict)}, GOAL).to_dict("records")

    assert row["reached_s"] == pytest.approx(seconds, nan_ok=True)
    assert (row["verdict"], row["mark"]) == (verdict, mark)


def test_an_overloaded_queue_still_has_a_time_to_the_answer():
    goal = dataclasses.replace(GOAL, clock="response")
    one, crowded = measured(0.6), crowded_door()

    (row,) = reached([one], {one.name: Verdict(name="OVERLOADED")}, goal).to_dict("records")
    assert row["reached_s"] == pytest.approx(0.01) and row["mark"] == ""
    (row,) = reached([crowded], {crowded.name: Verdict(name="OVERLOADED")}, goal).to_dict("records")
    assert row["mark"] == "grows without limit"


def test_the_raw_maximum_stands_beside_what_was_finished_under_overload(found):
    row = next(row for row in capacity_table(found).rows if row[1:3] == ["queue", "1"])

    assert row[3:8] == ["2.4", "2.9", "3", "3.6", "3.5"]


def test_overload_is_told_by_what_it_does_to_each_clock():
    rows = [
        TRIAL_DEFAULTS | {"mode": mode, "verdict": "OVERLOADED", "offered_rate": rate, "response_p50_s": 0.007}
        for mode, rate in (("sync", 9.0), ("queue", 9.0), ("queue", 18.0))
    ]
    (sentence,) = overload_sentences(pd.DataFrame(rows))

    assert sentence == (
        "Overload with 4 workers: in sync at 9 pictures/s response time grows without limit; in queue at 18 "
        "pictures/s the response still takes 7 ms, but the wait for the picture grows without limit"
    )
