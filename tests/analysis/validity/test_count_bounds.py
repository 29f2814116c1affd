"""What samples from outside may have counted, from stamps written down by hand."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from hand_made import trial
from synthetic_experiment import Made, write_trial

from analysis import api
from analysis.data.model import Cell
from analysis.data.reader import read_trial
from analysis.validity.count_bounds import SAMPLE_PERIOD_S, at_broker, in_database, unacked
from analysis.validity.verdict import INVALID_ACCOUNTS, VALID, verdict_on
from loadtests.stack.sampling.sampler import PERIOD_S
from tests.real_stack import ROOT

EXAMPLE = ROOT / "results" / "example"
COLUMNS = ["sampled_at", "counted_by", "waiting", "unacked", "in_database"]
ROW = {"received_at": 11.0, "enqueued_at": 11.1, "started_at": 11.3, "finished_at": 12.0}


def sampled(*samples, period_s=0.5, row=ROW, **cell):
    """One picture in queue mode: received at 11.0, its message out from 11.1 to 11.2, in work from 11.3 to 12.0.

    A sample is when it began, how long the database took, and what was waiting, in hand and in the database.
    """
    rows = [(at, at + took_s, *counts) for at, took_s, *counts in samples]
    rows.append((samples[-1][0] + period_s, math.nan, math.nan, math.nan, math.nan))
    asked = {"mode": "queue", "workers": 1, "workload": "io", "offered_rate": 1.0} | cell
    return trial(
        [{"due_at": 11.0, "sent_at": 11.0, "answered_at": 11.2}],
        [row],
        cell=Cell(**asked),
        backlog=pd.DataFrame(rows, columns=COLUMNS),
    )


def bounds(count):
    return (count.least.iloc[0], count.most.iloc[0])


@pytest.mark.parametrize(
    ("at", "took_s", "least", "most"),
    [
        (10.5, 0.1, 0, 0),
        (10.9, 0.2, 0, 1),
        (11.05, 0.0, 0, 1),
        (11.1, 0.1, 1, 1),
        (11.5, 0.6, 0, 1),
        (12.05, 0.0, 0, 1),
        (12.11, 0.0, 0, 0),
    ],
    ids=[
        "before it came",
        "while it came",
        "received and perhaps no row yet",
        "its message went out, so it has a row",
        "it was finished while the database counted",
        "finished and perhaps not committed",
        "committed",
    ],
)
def test_a_picture_is_counted_from_its_row_to_its_commit(at, took_s, least, most):
    assert bounds(in_database(sampled((at, took_s, 0, 0, 0)))) == (least, most)


@pytest.mark.parametrize(
    ("at", "least", "most"), [(11.05, 0, 0), (11.15, 0, 1), (11.2, 1, 1), (12.05, 0, 1), (12.2, 0, 0)]
)
def test_a_message_is_held_from_the_answer_to_the_acknowledgement(at, least, most):
    assert bounds(at_broker(sampled((at, 0.0, 0, 0, 0), broker="rabbitmq"))) == (least, most)


@pytest.mark.parametrize(("at", "least"), [(11.2, 0), (11.29, 0), (11.35, 1)])
def test_redis_may_have_handed_over_one_message_whose_work_begins_soon(at, least):
    assert bounds(at_broker(sampled((at, 0.0, 0, 0, 0)))) == (least, 1)


def test_what_waits_for_longer_than_a_hand_over_takes_is_in_a_count():
    late = ROW | {"started_at": 15.0, "finished_at": 16.0}

    assert bounds(at_broker(sampled((11.5, 0.0, 0, 0, 0), row=late))) == (1, 1)


def test_a_broker_that_takes_its_time_has_until_half_a_second_before_the_next_sample():
    assert bounds(at_broker(sampled((11.0, 0.0, 0, 0, 0), broker="rabbitmq"))) == (0, 0)
    assert bounds(at_broker(sampled((11.0, 0.0, 0, 0, 0), period_s=0.7, broker="rabbitmq"))) == (0, 1)
    assert SAMPLE_PERIOD_S == PERIOD_S


def test_an_acknowledgement_needs_as_long_as_the_broker_is_far_away():
    assert bounds(at_broker(sampled((12.2, 0.0, 0, 0, 0), broker_delay_s=0.15))) == (0, 1)


def test_celery_as_it_comes_acknowledges_when_it_begins():
    assert bounds(at_broker(sampled((11.5, 0.0, 0, 0, 0), profile="defaults"))) == (0, 0)
    assert bounds(unacked(sampled((11.35, 0.0, 0, 0, 0), profile="defaults"))) == (0, 1)


def test_workers_hold_the_pictures_in_work_and_no_more_messages_than_they_may():
    assert bounds(unacked(sampled((11.5, 0.0, 0, 0, 0), workers=2, prefetch=4))) == (1, 8)
    assert bounds(unacked(sampled((11.1, 0.0, 0, 0, 0)))) == (0, 1)


def test_an_upload_that_was_refused_before_it_had_a_row_is_in_nobody_s_hands():
    made = sampled((12.0, 0.0, 0, 0, 0))

    assert bounds(in_database(replace(made, pictures=made.pictures.iloc[:0]))) == (0, 0)


@pytest.mark.parametrize("lacking", ["in_database", "counted_by"])
def test_a_sample_that_lacks_a_count_or_its_stamp_does_not_count(lacking):
    made = sampled((11.5, 0.0, 0, 9, 9))

    assert len(in_database(replace(made, backlog=made.backlog.assign(**{lacking: math.nan}))).counted) == 0


def test_samples_from_after_the_load_do_not_count():
    assert len(at_broker(sampled((25.5, 0.0, 0, 9, 9))).counted) == 0


TEN = [(11.3 + n / 100, 0.0, 0, 1, 1) for n in range(10)]


def test_one_odd_sample_of_ten_is_a_machine_that_stopped_for_a_moment():
    assert in_database(sampled(*TEN[:9], (11.4, 0.0, 0, 1, 9))).believable
    assert not in_database(sampled(*TEN[:8], (11.4, 0.0, 0, 1, 9), (11.41, 0.0, 0, 1, 9))).believable


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (
            (11.5, 0.0, 0, 1, 2),
            "Unfinished pictures in the database: 2 on average, where the pictures' own timestamps allow",
        ),
        ((11.5, 0.0, 1, 1, 1), "Messages at the broker: 2 on average, where the pictures' own timestamps allow 1 to 1"),
        ((11.5, 0.0, 1, 0, 1), "Messages held by workers, by the broker's count: 0 on average"),
    ],
)
def test_a_count_that_no_stamps_allow_makes_the_trial_invalid(sample, words):
    verdict = verdict_on(sampled(sample))

    assert verdict.name == INVALID_ACCOUNTS
    assert words in " ".join(verdict.words)


def test_mode_sync_has_no_broker_to_disagree():
    made = sampled((11.5, 0.0, 9, 9, 1), mode="sync", row=ROW | {"enqueued_at": math.nan})

    assert "broker" not in " ".join(verdict_on(made).words)


def test_a_simulated_queue_is_counted_rightly_even_when_overloaded(tmp_path):
    assert api.judge(write_trial(tmp_path / "calm", Made(workers=4))).name == VALID
    assert api.judge(write_trial(tmp_path / "busy", Made(workers=1))).name != INVALID_ACCOUNTS


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLE.glob("*/trial.json")))
def test_the_stamps_of_a_measured_trial_leave_a_sample_no_more_than_two_pictures_apart(name):
    measured = read_trial(EXAMPLE / name)
    counts = [in_database(measured), *([at_broker(measured)] if measured.cell.mode == "queue" else [])]

    assert all(count.believable and (count.most - count.least).mean() < 2 for count in counts)
