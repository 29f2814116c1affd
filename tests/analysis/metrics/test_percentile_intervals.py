"""Intervals of percentiles: known by hand, refused where they would mislead, and right as often as they say."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.format import GROWS
from analysis.metrics.percentiles import interval, interval_columns
from analysis.tables.summary import as_table
from benchmarks.coverage import coverage, true_percentile


def trials(*medians):
    return [pd.Series([0.9 * median, median, 1.1 * median]) for median in medians]


def test_trials_that_agree_leave_no_doubt():
    found = interval(trials(0.2, 0.2, 0.2), 0.5)

    assert (found.low, found.high) == pytest.approx((0.2, 0.2))


def test_trials_that_differ_widen_it():
    narrow, wide = interval(trials(0.19, 0.2, 0.21), 0.5), interval(trials(0.1, 0.2, 0.4), 0.5)

    assert wide.low < narrow.low < 0.2 < narrow.high < wide.high


def test_it_is_the_t_interval_of_the_pseudo_values():
    """Logarithms 0, 1, 2 have the median 1; without each trial 1, 0, 0. Pseudo-values 1, 3, 3: SD 2 / sqrt(3)."""
    found = interval([pd.Series([math.exp(n)]) for n in (0, 1, 2)], 0.5)

    half = 4.303 * 2 / 3
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((7 / 3 - half, 7 / 3 + half))


def test_a_time_that_grows_without_limit_has_no_bounds_beside_it():
    row = {"ready_p50_s": 4.0, "ready_p50_low_s": 3.0, "ready_p50_high_s": 5.0}
    cells = pd.DataFrame([row | {"ready_p50_mark": GROWS}, row | {"ready_p50_mark": ""}])

    assert as_table(cells, list(row)).rows == [[GROWS, "–", "–"], ["4", "3", "5"]]


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (trials(0.2, 0.2), "two trials"),
        (trials(0.2, 0.2, math.inf), "a time that is not finite where trials are left out"),
        (trials(0.0, 0.0, 0.0), "a time that has no logarithm"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_there_is_none_where_it_would_mislead(samples, why):
    assert interval(samples, 0.9) is None


def test_a_p95_of_too_few_uploads_has_none():
    cohorts = [pd.DataFrame({"response_s": times, "ready_s": times}) for times in trials(0.2, 0.21, 0.22)]
    columns = interval_columns(cohorts)

    assert columns["ready_p50_low_s"] < 0.21 < columns["ready_p50_high_s"]
    assert math.isnan(columns["ready_p95_low_s"])


@pytest.mark.parametrize("utilisation", [0.5, 0.8])
def test_the_true_percentile_is_that_of_a_long_simulation(utilisation):
    from benchmarks import coverage as study

    draw = np.random.default_rng(7)
    times = pd.concat([study.trial(utilisation, draw) for _ in range(150)])
    assert times.quantile(0.95) == pytest.approx(true_percentile(utilisation, 0.95), rel=0.05)


@pytest.mark.parametrize("utilisation", [0.5, 0.8])
def test_nine_of_ten_intervals_at_least_hold_the_truth(utilisation):
    covered = coverage(utilisation)

    assert min(covered["p50"], covered["p95"]) >= 0.9, covered
