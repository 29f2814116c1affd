"""FIFO queues small enough to follow by hand, and one held against another recursion."""

import numpy as np
import pytest

from analysis.calibration.expected_times import fifo


def test_an_idle_server_begins_at_once() -> None:
    assert fifo([0.0, 5.0], [1.0, 2.0], 1).tolist() == [1.0, 7.0]


def test_one_server_takes_requests_one_after_the_other() -> None:
    assert fifo([0.0, 1.0, 2.0], [3.0, 3.0, 3.0], 1).tolist() == [3.0, 6.0, 9.0]


def test_a_request_goes_to_the_server_that_is_free_first() -> None:
    """The third begins at 2, when the second server is free, and not at 10 behind the long one."""
    assert fifo([0.0, 0.0, 1.0], [10.0, 2.0, 4.0], 2).tolist() == [10.0, 2.0, 6.0]


def test_a_short_request_may_overtake_only_in_service() -> None:
    """The fourth waits until 3 for the third to begin, then takes the server that is free at 4."""
    assert fifo([0.0, 0.0, 1.0, 1.0], [4.0, 3.0, 9.0, 1.0], 2).tolist() == [4.0, 3.0, 12.0, 5.0]


def test_every_service_needs_its_arrival() -> None:
    with pytest.raises(ValueError):
        fifo([0.0, 1.0], [1.0], 1)


def test_nothing_arrives_and_nothing_is_finished() -> None:
    assert len(fifo([], [], 2)) == 0


def test_the_wait_for_one_server_is_that_of_lindley() -> None:
    """W' = max(0, W + service - gap), an independent recursion for one server."""
    draw = np.random.default_rng(3)
    arrivals, services = np.cumsum(draw.exponential(1.0, 500)), draw.exponential(0.8, 500)
    waits = [0.0]
    for gap, service in zip(np.diff(arrivals), services, strict=False):
        waits.append(max(0.0, waits[-1] + service - gap))

    assert fifo(arrivals, services, 1) == pytest.approx(arrivals + waits + services)
