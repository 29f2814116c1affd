"""What the reference server decides, without a server: times that can be worked out by hand."""

import statistics

import pytest

from analysis.calibration.expected_times import fifo
from loadtests.calibration.reference_server import DISTRIBUTIONS, QueueSimulator, ReferenceModel


def served(truth, arrivals):
    simulator = QueueSimulator(truth)
    return [simulator.admit(f"upload-{number}", at) for number, at in enumerate(arrivals)]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_services_have_the_mean_that_was_asked_for(distribution):
    truth = ReferenceModel(seed=3, distribution=distribution, mean_s=0.2)
    drawn = [truth.service_s(f"upload-{number}") for number in range(20_000)]

    assert statistics.fmean(drawn) == pytest.approx(0.2, rel=0.03)


def test_an_upload_takes_equally_long_whatever_came_before_it():
    truth = ReferenceModel(seed=3, distribution="exponential", mean_s=0.2)

    assert served(truth, [0, 1, 2])[2].service_s == served(truth, [5, 6, 6.1])[2].service_s


def test_one_place_works_on_one_upload_after_the_other():
    truth = ReferenceModel(seed=3, mean_s=1.0, servers=1)

    assert [one.finished_at for one in served(truth, [10.0, 10.5, 14.0])] == [11.0, 12.0, 15.0]


def test_many_places_are_the_queue_that_the_analysis_replays():
    truth = ReferenceModel(seed=3, distribution="exponential", mean_s=0.2, servers=3)
    arrivals = [0.05 * number for number in range(500)]
    decided = served(truth, arrivals)

    replayed = fifo(arrivals, [one.service_s for one in decided], 3)
    assert [one.finished_at for one in decided] == pytest.approx(list(replayed))


def test_what_arrives_in_a_stall_waits_for_its_end():
    truth = ReferenceModel(seed=3, mean_s=0.1, stall_after_s=2.0, stall_s=1.0)

    finished = [one.finished_at for one in served(truth, [100.0, 101.95, 102.5, 103.0])]
    assert finished == pytest.approx([100.1, 103.0, 103.1, 103.1])


def test_stalls_come_again_and_again():
    truth = ReferenceModel(seed=3, mean_s=0.0, stall_after_s=2.0, stall_s=1.0, stall_every_s=5.0)

    assert [truth.awake_at(at) for at in (1.9, 2.5, 3.0, 7.0, 7.9, 8.0)] == pytest.approx([1.9, 3, 3, 8, 8, 8])
