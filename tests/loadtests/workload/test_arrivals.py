"""The load as it is planned before a trial."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.workload.arrivals import arrivals, plan, plan_hash


def first(count, **how):
    return list(itertools.islice(arrivals(**how), count))


def test_the_same_seed_gives_the_same_uploads():
    one = plan(rate=10, seed="7/1", weights=[1, 1], length_s=20)
    again = plan(rate=10, seed="7/1", weights=[1, 1], length_s=20)
    other = plan(rate=10, seed="7/2", weights=[1, 1], length_s=20)

    assert one == again
    assert plan_hash(one) == plan_hash(again) != plan_hash(other)
    assert {arrival.id for arrival in one}.isdisjoint(arrival.id for arrival in other)


def test_another_picture_mix_leaves_times_and_ids_as_they_were():
    plain = first(100, rate=10, seed="7", weights=[1])
    mixed = first(100, rate=10, seed="7", weights=[1, 2, 3])

    assert [(one.offset_s, one.id) for one in plain] == [(one.offset_s, one.id) for one in mixed]


def test_the_same_load_can_be_sent_under_other_ids():
    plain = first(50, rate=10, seed="7", weights=[1, 1])
    again = first(50, rate=10, seed="7", weights=[1, 1], id_seed="monday")

    assert [(one.offset_s, one.picture) for one in plain] == [(one.offset_s, one.picture) for one in again]
    assert {one.id for one in plain}.isdisjoint(one.id for one in again)


@given(seed=st.text(max_size=20), rate=st.floats(0.1, 500))
def test_times_rise_and_ids_are_unique(seed, rate):
    some = first(200, rate=rate, seed=seed, weights=[1.0])
    offsets = [one.offset_s for one in some]

    assert offsets == sorted(offsets)
    assert offsets[0] > 0
    assert len({one.id for one in some}) == 200


def test_the_process_is_poisson_at_the_rate_asked_for():
    """Kolmogorov-Smirnov against the exponential; 1.63 / sqrt(n) is the 1 % point."""
    count, rate = 20_000, 12.0
    gaps = np.diff([one.offset_s for one in first(count + 1, rate=rate, seed="x", weights=[1])])
    uniform = np.sort(1 - np.exp(-rate * gaps))
    distance = np.abs(uniform - (np.arange(count) + 0.5) / count).max()

    assert distance < 1.63 / count**0.5


def test_pictures_are_drawn_by_weight():
    drawn = [one.picture for one in first(10_000, rate=1, seed="x", weights=[0.7, 0.25, 0.05])]

    assert np.bincount(drawn) / len(drawn) == pytest.approx([0.7, 0.25, 0.05], abs=0.02)


def test_a_plan_ends_before_its_length():
    planned = plan(rate=10, seed="7", weights=[1], length_s=5)
    beyond = first(len(planned) + 1, rate=10, seed="7", weights=[1])[-1]

    assert planned[-1].offset_s < 5 <= beyond.offset_s
