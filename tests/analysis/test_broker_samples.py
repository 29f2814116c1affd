import pandas as pd
import pytest
from hand_made import trial
from synthetic_experiment import Made, write_trial

import analysis
from analysis.broker_samples import broker_against_database
from analysis.checks import INVALID_ACCOUNTS, VALID, verdict_on
from analysis.experiment import Cell, Trial


def _sampled(samples: list[tuple[float, float, float | None]], **cell: object) -> Trial:
    """2 workers, 1 web thread, 10 uploads/s: 2 + 1 + 1 may be in one account only. Waiting, in hand, in database."""
    held = Cell(**({"mode": "queue", "workers": 2, "workload": "io", "offered_rate": 10.0} | cell))
    rows = [(10.0 + n, *sample, 0) for n, sample in enumerate(samples)]
    columns = ["sampled_at", "waiting", "in_hand", "in_database", "done"]
    return trial([{}], [{}], cell=held, backlog=pd.DataFrame(rows, columns=columns, dtype=float))


def test_a_broker_that_holds_less_than_the_database_expects_is_told() -> None:
    found = broker_against_database(_sampled([(3, 2, 10), (4, 2, 11), (5, 2, 12)]))

    assert found == ["The broker held 6 messages where the database had 11 unfinished pictures (medians of 3 samples)"]


def test_a_broker_that_holds_more_is_told_too() -> None:
    assert broker_against_database(_sampled([(8, 2, 1)])) == [
        "The broker held 10 messages where the database had 1 unfinished pictures (medians of 1 sample)"
    ]


def test_what_can_be_between_two_places_is_no_disagreement() -> None:
    assert broker_against_database(_sampled([(4, 2, 10)] * 3)) == []
    assert broker_against_database(_sampled([(3, 2, 10)] * 3)) != []


def test_every_web_thread_may_have_a_picture_between_row_and_message() -> None:
    assert broker_against_database(_sampled([(3, 2, 10)] * 3, web_threads=2)) == []


def test_one_odd_sample_is_no_disagreement() -> None:
    assert broker_against_database(_sampled([(4, 2, 6), (0, 0, 90), (4, 2, 6)])) == []


def test_samples_from_outside_the_load_do_not_count() -> None:
    made = _sampled([(0, 0, 90)])

    outside = made.backlog.assign(sampled_at=made.load_stopped_at + 1)

    assert broker_against_database(trial([{}], [{}], cell=made.cell, backlog=outside)) == []


@pytest.mark.parametrize("sample", [(None, 2, 90), (3, None, 90), (3, 2, None)])
def test_a_sample_that_lacks_a_count_does_not_count(sample: tuple) -> None:
    assert broker_against_database(_sampled([sample])) == []


def test_mode_sync_has_no_broker_to_disagree() -> None:
    assert broker_against_database(_sampled([(3, 2, 90)], mode="sync")) == []


def test_a_disagreement_makes_the_trial_invalid() -> None:
    verdict = verdict_on(_sampled([(3, 2, 90)]))

    assert verdict.name == INVALID_ACCOUNTS
    assert verdict.reasons[0].startswith("The broker held 5 messages")


def test_a_simulated_queue_agrees_with_its_database_even_when_overloaded(tmp_path) -> None:
    assert analysis.judge(write_trial(tmp_path / "calm", Made(workers=4))).name == VALID
    assert analysis.judge(write_trial(tmp_path / "busy", Made(workers=1))).name != INVALID_ACCOUNTS
