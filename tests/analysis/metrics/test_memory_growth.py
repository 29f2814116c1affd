"""Growth of memory, told apart from a start and from a process that was started again."""

import pandas as pd
import pytest

from analysis.metrics.memory import memory_growth


def process(pid, *, born=0.0, lives=1200.0, starts_with=50e6, growth=0.0):
    """A process that takes 10 MB more in its first half minute, and then grows [bytes per second]."""
    at = [born + 5.0 * step for step in range(int(lives / 5))]
    held = [starts_with + 10e6 * min(1.0, (time - born) / 30) + growth * (time - born) for time in at]
    return pd.DataFrame({"sampled_at": at, "component": "worker", "pid": pid, "rss_bytes": held})


def grown(*processes):
    (found,) = memory_growth(pd.concat(processes))
    return found


def test_what_a_process_loads_when_it_starts_is_no_growth():
    found = grown(process(1))

    assert found.growth_mb == pytest.approx(0.0, abs=1e-6)
    assert (found.processes, found.largest_mb) == (1, pytest.approx(60.0))


def test_what_one_picture_takes_comes_and_goes_and_is_no_growth():
    """More and more often, so that the mean of the samples grows."""
    busy = process(1)
    busy["rss_bytes"] += [4e6 if step % 8 < step / 20 and step % 8 < 6 else 0.0 for step in range(len(busy))]

    assert grown(busy).growth_mb == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("lives", [900.0, 905.0, 955.0])
def test_a_picture_in_hand_when_a_process_ends_is_no_growth(lives):
    busy = process(1, lives=lives)
    busy.loc[busy.index[-1], "rss_bytes"] += 40e6

    assert grown(busy).growth_mb == pytest.approx(0.0, abs=1e-6)


def test_a_leak_is_told_in_megabytes_in_ten_minutes():
    assert grown(process(1, growth=5_000.0)).growth_mb == pytest.approx(3.0)


def test_a_larger_process_in_the_place_of_a_smaller_one_is_no_growth():
    found = grown(process(1), process(2, born=1200.0, starts_with=90e6))

    assert (found.processes, found.growth_mb) == (2, pytest.approx(0.0, abs=1e-6))


def test_what_did_not_live_for_long_says_nothing():
    assert grown(process(1, lives=100.0, growth=5_000.0)).first_mb is None
    assert grown(process(1, lives=700.0, growth=5_000.0)).growth_mb is None


def test_a_step_that_a_process_takes_before_it_has_settled_is_told_apart_from_what_goes_on_growing():
    stepping, leaking = process(1), process(2, growth=5_000.0)
    stepping.loc[stepping["sampled_at"] > 400, "rss_bytes"] += 2e6

    assert grown(stepping).first_mb == pytest.approx(3.0, abs=0.1)
    assert grown(stepping).growth_mb == pytest.approx(0.0, abs=1e-6)
    assert grown(leaking).first_mb == pytest.approx(grown(leaking).growth_mb) == pytest.approx(3.0)
