"""Which laptops are drawn, who lies far from the others, and what the median is."""

from collections.abc import Sequence

import pytest
from laptops import laptop
from matplotlib.text import Text

from analysis.pool.speedups import draw_speedups, pool, title


def test_three_laptops_have_no_outlier() -> None:
    """Two that agree are no rule for the third."""
    assert not any(dot.outlier for dot in pool([laptop(2, 2.0), laptop(2, 2.0), laptop(2, 0.5)]).dots)


def test_laptops_with_other_cores_are_no_measure_for_each_other() -> None:
    dots = pool([*(laptop(2, 2.0 + n / 100) for n in range(5)), laptop(8, 3.9)]).dots

    assert not any(dot.outlier for dot in dots)


def test_laptops_that_agree_almost_exactly_are_no_outliers() -> None:
    assert not any(dot.outlier for dot in pool([laptop(2, speedup) for speedup in (2.0, 2.0, 2.0, 2.0, 2.05)]).dots)


def test_another_load_is_left_out_with_its_reason() -> None:
    pooled = pool([laptop(2, 2.0), laptop(2, 1.9), laptop(2, 1.8, offered_rate=5.0)])

    assert [dot.laptop for dot in pooled.dots] == [1, 2]
    assert pooled.left_out == ((3, "a different load: workload cpu, 5 pictures/s offered, 12 s measured"),)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("VALID", "one worker was not saturated"), ("INVALID_CLIENT", "the trials with 1 are invalid")],
)
def test_a_speedup_needs_one_saturated_worker(verdict: str, words: str) -> None:
    pooled = pool([laptop(2, 2.0), laptop(4, 2.0, one=verdict)])

    assert [dot.laptop for dot in pooled.dots] == [1]
    assert words in pooled.left_out[0][1]


def test_other_conditions_and_other_pictures_are_left_out_with_their_reason() -> None:
    same = [laptop(2, 2.0), laptop(2, 1.9)]

    left_out = pool([*same, laptop(2, 2.0, conditions="rabbitmq"), laptop(2, 2.0, pictures="ba9876543210")]).left_out

    usual = "a different load: workload cpu, 20 pictures/s offered, 12 s measured"
    assert left_out == ((3, f"{usual}, rabbitmq"), (4, "different pictures"))


def test_a_laptop_whose_uploads_failed_is_left_out_with_its_reason() -> None:
    pooled = pool([laptop(2, 2.0, failed=0.01), laptop(2, 3.5, failed=0.25)])

    assert [dot.laptop for dot in pooled.dots] == [1]
    assert pooled.left_out == ((2, "queue: with 4 workers, 25.0 % of the uploads failed"),)


@pytest.mark.parametrize(
    ("measured", "bounds", "words"),
    [
        ((2.0, 2.1, 2.2), (), "2.1 times"),
        ((2.0, 2.1), (3.9,), "2.1 times"),
        ((2.0, 2.2), (2.1,), "at least 2.1 times"),
        ((3.0,), (2.0,), "at least 2.5 times"),
        ((), (3.8,), "at least 3.8 times"),
    ],
)
def test_a_median_that_lower_bounds_could_raise_is_at_least_that(
    measured: Sequence[float], bounds: Sequence[float], words: str
) -> None:
    pooled = pool([*(laptop(2, one) for one in measured), *(laptop(2, one, many="VALID") for one in bounds)])

    assert title(pooled, "queue") == f"4 queue workers finish {words} what 1 finishes with 2 cores"
    labels = [text.get_text() for text in draw_speedups(pooled, "queue", "any title").findobj(Text)]
    assert f"median {words.removesuffix(' times')}" in labels


def test_a_lower_bound_is_no_outlier_and_makes_none() -> None:
    near = [laptop(2, speedup) for speedup in (1.9, 1.95, 2.05, 2.1)]

    assert not any(dot.outlier for dot in pool([*near, laptop(2, 3.9, many="VALID")]).dots)
    far = [laptop(2, 0.6), *(laptop(2, 2.0, many="VALID") for _ in range(3))]
    assert not any(dot.outlier for dot in pool(far).dots)
