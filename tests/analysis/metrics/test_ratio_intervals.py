import math

import numpy as np
import pytest

from analysis.metrics.equivalence import T_QUANTILES, estimate, t_quantile


def test_the_mean_of_ratios_is_geometric() -> None:
    """Twice as slow and twice as fast is no difference."""
    assert estimate([2.0, 0.5]).ratio == pytest.approx(1.0)


def test_one_pair_has_no_spread() -> None:
    found = estimate([1.3])

    assert (found.ratio, found.low, found.high) == pytest.approx((1.3, 1.3, 1.3))
    assert not found.has_interval
    assert not found.same
    assert not found.unclear


def test_two_pairs_have_a_lowest_and_a_highest_but_no_interval() -> None:
    found = estimate([1.01, 0.99])

    assert (found.low, found.high) == pytest.approx((0.99, 1.01))
    assert not found.has_interval
    assert not found.same


def test_three_pairs_have_the_t_interval_of_their_logarithms() -> None:
    """Logarithms -0.1, 0 and 0.1: SD 0.1, so 0 +- 4.303 * 0.1 / sqrt(3)."""
    found = estimate([math.exp(-0.1), 1.0, math.exp(0.1)])

    half = 4.303 * 0.1 / math.sqrt(3)
    assert found.ratio == pytest.approx(1.0)
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((-half, half))


def test_the_same_means_that_the_whole_interval_is_near_1() -> None:
    assert estimate([1.02, 1.02, 1.02]).same
    assert estimate([1.02, 1.02, 1.02]).within_percent == 2
    assert not estimate([1.2, 1.2, 1.2]).same


def test_a_wide_interval_around_1_is_unclear_and_not_the_same() -> None:
    found = estimate([0.8, 1.0, 1.25])

    assert found.unclear
    assert not found.same


def test_an_interval_away_from_1_is_a_difference() -> None:
    found = estimate([1.29, 1.3, 1.31])

    assert found.low > 1
    assert not found.same
    assert not found.unclear


@pytest.mark.parametrize("degrees", range(1, len(T_QUANTILES) + 1))
def test_each_quantile_is_exceeded_by_2_5_percent(degrees: int) -> None:
    """Student's density, integrated from 0 to the quantile, is 0.475."""
    t = np.linspace(0, t_quantile(degrees), 20_001)
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)

    assert np.trapezoid(scale * (1 + t**2 / degrees) ** (-(degrees + 1) / 2), t) == pytest.approx(0.475, abs=1e-4)


def test_many_pairs_take_the_last_quantile() -> None:
    assert t_quantile(1000) == t_quantile(30) == 2.042
