"""How often the verdict on overload is right: simulated queues whose utilisation is known."""

from collections.abc import Iterator
from functools import cache

import pytest

from analysis.data.outcomes import cohort
from analysis.metrics.trial import throughput
from analysis.validity.verdict import OVERLOADED, VALID, verdict_on
from benchmarks.verdicts import Phases, simulated

#: Warm-up and window [s]: the demo's, and those of a plan that decides.
DEMO, LONG = (3.0, 12.0), (20.0, 60.0)


def _share(name: str, utilisation: float, places: int, phases: Phases, trials: int, mode: str = "queue") -> float:
    """The share of some trials that get a verdict."""
    made = [simulated(utilisation, places, phases, seed, mode) for seed in range(trials)]
    return [verdict_on(each).name for each in made].count(name) / trials


def test_an_overloaded_queue_is_called_so_in_nine_of_ten_trials() -> None:
    assert _share(OVERLOADED, 1.2, 2, LONG, 20) >= 0.9


def test_the_demo_keeps_the_cell_that_is_busiest_and_keeps_up() -> None:
    assert _share(VALID, 0.8, 4, DEMO, 120) >= 0.97


def test_so_it_does_in_sync() -> None:
    assert _share(VALID, 0.8, 4, DEMO, 20, "sync") >= 0.95


def test_a_minute_with_time_to_spare_is_valid() -> None:
    assert _share(VALID, 0.8, 2, LONG, 20) == 1.0


def test_a_load_beyond_what_there_is_never_passes_however_few_come_by_chance() -> None:
    assert _share(VALID, 1.1, 4, DEMO, 40) == 0.0


@cache
def _short_of_arrivals(utilisation: float, places: int) -> list[tuple[str, float]]:
    """The verdict on each of forty trials, and by which share less was finished than has arrived."""
    return list(_judged(utilisation, places))


def _judged(utilisation: float, places: int) -> Iterator[tuple[str, float]]:
    for seed in range(40):
        made = simulated(utilisation, places, DEMO, seed)
        arrived = len(cohort(made)) / made.window.length_s
        yield verdict_on(made).name, 1 - throughput(made) / arrived


@pytest.mark.parametrize("places", [1, 4])
def test_near_saturation_no_valid_trial_has_finished_clearly_less_than_arrived(places: int) -> None:
    judged = _short_of_arrivals(0.9, places)
    short = [(name, share) for name, share in judged if share > 0.03]

    assert len(short) >= 3
    assert all(name != VALID for name, _ in short)


@pytest.mark.parametrize("places", [1, 4])
def test_near_saturation_a_trial_that_has_finished_what_arrived_stays_valid(places: int) -> None:
    names = [name for name, share in _short_of_arrivals(0.9, places) if share < 0]

    assert names.count(VALID) >= 0.9 * len(names) > 5
