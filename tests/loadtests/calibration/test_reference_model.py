"""What the truth server decides, without a server: times that can be worked out by hand."""

import statistics

import pytest

from analysis.calibration.expected_times import fifo
from loadtests.calibration.reference_server import DISTRIBUTIONS, Desk, Truth


def visits(truth, arrivals):
    desk = Desk(truth)
    return [desk.admit(f"upload-{number}", at) for number, at in enumerate(arrivals)]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_services_have_the_mean_that_was_asked_for(distribution):
    truth = Truth(seed=3, distribution=distribution, mean_s=0.2)
    drawn = [truth.service_s(f"upload-{number}") for number in range(20_000)]

    assert statistics.fmean(drawn) == pytest.approx(0.2, rel=0.03)


def test_an_upload_takes_equally_long_whatever_came_before_it():
    truth = Truth(seed=3, distribution="exponential", mean_s=0.2)

    assert visits(truth, [0, 1, 2])[2].service_s == visits(truth, [5, 6, 6.1])[2].service_s


def test_one_place_works_on_one_upload_after_the_other():
    truth = Truth(seed=3, mean_s=1.0, servers=1)

    assert [one.finished_at for one in visits(truth, [10.0, 10.5, 14.0])] == [11.0, 12.0, 15.0]


def test_many_places_are_the_queue_that_the_analysis_replays():
    truth = Truth(seed=3, distribution="exponential", mean_s=0.2, servers=3)
    arrivals = [0.05 * number for number in range(500)]
    decided = visits(truth, arrivals)

    replayed = fifo(arrivals, [one.service_s for one in decided], 3)
    assert [one.finished_at for one in decided] == pytest.approx(list(replayed))


def test_what_arrives_in_a_stall_waits_for_its_end():
    truth = Truth(seed=3, mean_s=0.1, stall_after_s=2.0, stall_s=1.0)

    finished = [one.finished_at for one in visits(truth, [100.0, 101.95, 102.5, 103.0])]
    assert finished == pytest.approx([100.1, 103.0, 103.1, 103.1])


def test_stalls_come_again_and_again():
    truth = Truth(seed=3, mean_s=0.0, stall_after_s=2.0, stall_s=1.0, stall_every_s=5.0)

    assert [truth.awake_at(at) for at in (1.9, 2.5, 3.0, 7.0, 7.9, 8.0)] == pytest.approx([1.9, 3, 3, 8, 8, 8])


def test_errors_come_at_once_and_as_often_as_asked():
    decided = visits(Truth(seed=3, mean_s=1.0, error_share=0.1), range(2000))
    refused = [one for one in decided if one.refused]

    assert len(refused) / len(decided) == pytest.approx(0.1, abs=0.02)
    assert all(one.finished_at == one.received_at for one in refused)


def test_a_cold_server_is_slower():
    truth = Truth(seed=3, mean_s=0.1, warm_up_s=5.0, warm_up_factor=4.0)

    assert [one.service_s for one in visits(truth, [0.0, 4.9, 5.1])] == pytest.approx([0.4, 0.4, 0.1])
