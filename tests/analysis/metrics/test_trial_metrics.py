import math

import numpy as np
import pandas as pd
import pytest
from hand_made import trial

from analysis.data.model import Window
from analysis.metrics.percentiles import MIN_SAMPLES_P95, MIN_SAMPLES_P99, claimed, p95, p99, percentile
from analysis.metrics.trial import cpu_per_picture, growth_rate, rate, send_lag_p99, throughput, utilisation


def test_a_percentile_is_a_sample_that_was_really_seen() -> None:
    assert percentile(pd.Series([4.0, 1.0, 3.0, 2.0]), 0.5) == 2.0


def test_the_p95_of_one_to_hundred_is_95() -> None:
    assert p95(pd.Series(np.arange(1.0, 101.0))) == 95.0


def test_percentiles_agree_with_numpy_for_every_size() -> None:
    random = np.random.default_rng(1)
    for size in range(1, 200):
        samples = random.random(size)
        for share in (0.5, 0.95, 0.99):
            expected = np.quantile(samples, share, method="inverted_cdf")
            assert percentile(pd.Series(samples), share) == expected


def test_an_infinite_sample_leaves_the_percentiles_below_it_exact() -> None:
    samples = pd.Series([1.0, 2.0, 3.0, math.inf])

    assert percentile(samples, 0.5) == 2.0
    assert percentile(samples, 0.95) == math.inf


def test_a_p95_is_withheld_below_72_samples() -> None:
    assert math.isnan(p95(pd.Series([1.0] * 71)))
    assert p95(pd.Series([1.0] * 72)) == 1.0


def test_a_p99_is_withheld_below_368_samples() -> None:
    assert math.isnan(p99(pd.Series([1.0] * 367)))
    assert p99(pd.Series([1.0] * 363 + [2.0] * 5)) == 2.0


def test_no_samples_have_no_percentile() -> None:
    assert math.isnan(percentile(pd.Series(dtype=float), 0.5))


def test_a_rate_counts_where_it_happened() -> None:
    """What began before the window but finished in it counts; the end itself does not."""
    at = pd.Series([9.9, 10.0, 12.0, 20.0, math.nan])

    assert rate(at, Window(start=10.0, end=20.0)) == 0.2


def test_throughput_counts_ready_pictures_of_every_phase() -> None:
    pictures = [
        {"id": "warmup", "finished_at": 10.5},
        {"id": "inside", "finished_at": 11.0},
        {"id": "late", "finished_at": 20.5},
        {"id": "broken", "finished_at": 11.0, "state": "failed"},
    ]

    assert throughput(trial([], pictures)) == 0.2


def test_growth_is_the_slope_of_the_backlog() -> None:
    samples = pd.DataFrame({"at": [100.0, 101.0, 102.0], "in_system": [5, 7, 9]})

    assert growth_rate(samples) == pytest.approx(2.0)


def test_send_lag_ignores_what_was_never_sent() -> None:
    rows = pd.DataFrame({"due_at": [1.0, 2.0], "sent_at": [1.5, math.nan]})

    assert send_lag_p99(rows) == 0.5


def test_utilisation_is_offered_work_over_workers() -> None:
    assert utilisation(10.0, 0.3, 4) == pytest.approx(0.75)


def test_cpu_is_shared_among_the_pictures_finished_in_the_window() -> None:
    pictures = [{"id": "a"}, {"id": "b"}]

    assert cpu_per_picture([trial([], pictures, cpu_seconds={"web": 3.0})]) == {"web": 1.5}
    assert cpu_per_picture([trial([], [])]) == {}


def test_a_component_is_shared_among_the_pictures_of_the_trials_that_measured_it() -> None:
    """3 s for 2 pictures; the pictures of the trial that did not count the broker do not make it cheaper."""
    pictures = [{"id": "a"}, {"id": "b"}]
    one = trial([], pictures, cpu_seconds={"web": 3.0, "broker": 1.0})
    other = trial([], pictures, cpu_seconds={"web": 1.0})

    assert cpu_per_picture([one, other]) == {"broker": 0.5, "web": 1.0}
    assert cpu_per_picture([one, trial([], [], cpu_seconds={"worker": 1.0})]) == {"broker": 0.5, "web": 1.5}


def test_72_samples_leave_each_end_of_a_95_percent_interval_its_half() -> None:
    assert 0.95**MIN_SAMPLES_P95 < 0.025 < 0.95 ** (MIN_SAMPLES_P95 - 1)


def test_368_do_the_same_for_the_p99() -> None:
    assert 0.99**MIN_SAMPLES_P99 < 0.025 < 0.99 ** (MIN_SAMPLES_P99 - 1)


@pytest.mark.parametrize(("share", "least"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_any_percentile_is_claimed_from_as_many_samples_as_leave_its_tail(share: float, least: int) -> None:
    assert math.isnan(claimed(pd.Series(np.arange(least - 1.0)), share))
    assert claimed(pd.Series(np.arange(float(least))), share) == math.ceil(share * least) - 1
