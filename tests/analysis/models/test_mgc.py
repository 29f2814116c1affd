"""The prediction against queues whose times are known, and the ceiling against rows written by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.calibration.expected_times import fifo
from analysis.metrics.percentiles import percentile
from analysis.metrics.utilisation import ceilings
from analysis.models.mgc import Service, capacity, erlang_c, predict
from analysis.models.predictions import services

CONSTANT = Service(times_s=np.full(20, 0.25), cpu_s=0.02)


def test_one_place_is_busy_as_often_as_it_is_used():
    assert erlang_c(1, 0.7) == pytest.approx(0.7)


def test_two_places_at_half_their_capacity_make_a_third_wait():
    """a = 1: C = (1/2) / (1 + 1 + 1/2) x 2 / (2 - 1) ... = 1/3, as in every textbook's table."""
    assert erlang_c(2, 0.5) == pytest.approx(1 / 3)


def test_places_or_cores_run_out_first():
    assert capacity(CONSTANT, places=4, cores=2) == pytest.approx(16)
    assert capacity(Service(times_s=np.full(5, 0.1), cpu_s=0.08), places=8, cores=2) == pytest.approx(25)


def test_beyond_capacity_all_that_can_be_done_is_done_and_waits_grow():
    found = predict(CONSTANT, offered_rate=20, places=4, cores=2)

    assert found.throughput == pytest.approx(16) and found.utilisation == pytest.approx(1.25)
    assert found.ready_p50_s == found.ready_p95_s == math.inf


def test_without_a_crowd_a_picture_takes_as_long_as_the_work():
    found = predict(CONSTANT, offered_rate=0.1, places=8, cores=2)

    assert found.throughput == 0.1
    assert found.ready_p50_s == pytest.approx(0.25) and found.ready_p95_s == pytest.approx(0.25)


def test_where_the_cores_run_out_first_more_places_are_of_no_use():
    busy = Service(times_s=np.full(5, 0.1), cpu_s=0.1)

    assert predict(busy, offered_rate=15, places=8, cores=2) == predict(busy, offered_rate=15, places=2, cores=2)


@pytest.mark.parametrize("cv", ["exponential", "constant"])
@pytest.mark.parametrize(("places", "utilisation"), [(1, 0.6), (2, 0.8), (4, 0.7)])
def test_a_simulated_queue_shows_about_what_was_predicted(cv, places, utilisation):
    draw, count, rate = np.random.default_rng(places), 60_000, utilisation * places / 0.25
    arrivals = np.cumsum(draw.exponential(1 / rate, count))
    times = draw.exponential(0.25, count) if cv == "exponential" else np.full(count, 0.25)
    ready = pd.Series(fifo(arrivals, times, places) - arrivals)

    found = predict(Service(times_s=times[:2000], cpu_s=0.0), offered_rate=rate, places=places, cores=2)

    assert found.ready_p50_s == pytest.approx(percentile(ready, 0.5), rel=0.15)
    assert found.ready_p95_s == pytest.approx(percentile(ready, 0.95), rel=0.15)


def test_the_ceiling_adds_up_what_each_process_finished_in_its_own_time():
    rows = [
        ("io", 2, 0, 0.0, 0.5, 0.1),
        ("io", 2, 0, 0.5, 1.0, 0.1),
        ("io", 2, 1, 0.0, 0.25, 0.1),
        ("io", 1, 0, 0, 0.2, 0.05),
    ]
    bare = pd.DataFrame(rows, columns=["workload", "processes", "process", "started_at", "finished_at", "cpu_s"])

    found = ceilings(bare).set_index("workers")["ceiling_throughput"]

    assert found[2] == pytest.approx(2 / 1.0 + 1 / 0.25) and found[1] == pytest.approx(5)
    assert services(bare)["io"].mean_s == pytest.approx(0.2)
    assert services(bare)["io"].cpu_s == pytest.approx(0.05)
