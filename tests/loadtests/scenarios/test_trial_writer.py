"""What one trial leaves behind, from rows a reader can check in the head."""

import csv
from uuid import UUID

import pytest

from loadtests.scenarios import request_log
from loadtests.scenarios.observations import Phases, Sample, cpu_seconds
from loadtests.scenarios.upload_client import Request
from loadtests.stack.sampling.sampler import COMPONENTS
from loadtests.workload.pictures import Payload

PHASES = Phases(started_at=100.0, measure_from=102.0, measure_until=112.0)
PAYLOAD = Payload("a.jpg", "multipart/form-data", b"", 1.0)


def request(number, due_at, **stamps):
    return Request(UUID(int=number), due_at, PAYLOAD, **stamps)


def test_a_request_belongs_to_the_phase_in_which_it_was_due():
    assert [PHASES.of(at) for at in (101.9, 102.0, 111.9, 112.0)] == ["warmup", "measure", "measure", "drain"]


def test_every_planned_request_is_a_row_whatever_became_of_it(tmp_path):
    requests = [
        request(3, 113.0),
        request(1, 103.0, sent_at=103.001, answered_at=103.5, status=201),
        request(2, 104.0, sent_at=104.0, answered_at=104.1, error="ConnectionResetError: gone"),
        # Late: it left after the window in which it was due.
        request(4, 111.9, sent_at=112.2),
    ]
    request_log.write_requests(tmp_path / "requests.csv", requests, PHASES)
    with (tmp_path / "requests.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert [row["id"][-1] for row in rows] == ["1", "2", "4", "3"]
    assert [row["phase"] for row in rows] == ["measure", "measure", "measure", "drain"]
    assert [row["status"] for row in rows] == ["201", "", "", ""]
    assert [row["answered_at"] for row in rows] == ["103.500000", "104.100000", "", ""]
    assert rows[1]["error"] == "ConnectionResetError: gone"


def test_cpu_seconds_are_unknown_if_the_samples_do_not_cover_the_window():
    """Clamping to the last sample would understate what was used."""
    early = [Sample(100.0, 1.0), Sample(111.0, 3.0)]
    late = [Sample(103.0, 1.0), Sample(120.0, 3.0)]

    assert cpu_seconds([], [early], PHASES) == cpu_seconds([], [late], PHASES) == {}


def test_cpu_seconds_are_those_of_the_window():
    """The web uses 0.5 s a second all the time, so 5 s of the 10 s window, whenever the samples were taken."""
    samples = [
        {f"cpu_{name}_s": "" for name in COMPONENTS} | {"sampled_at": str(at), "cpu_web_s": str(0.5 * at)}
        for at in (99.7, 104.2, 108.7, 113.2)
    ]
    own = [Sample(100.0, 1.0), Sample(120.0, 3.0)]

    assert cpu_seconds(samples, [own], PHASES) == {"web": 5.0, "load": 1.0}


def test_cpu_seconds_of_the_load_are_those_of_all_of_its_processes():
    """One uses 0.1 s a second and one 0.2 s, for ten seconds; if one is unknown, so is the sum."""
    one, other = [Sample(100.0, 1.0), Sample(120.0, 3.0)], [Sample(102.0, 0.0), Sample(112.0, 2.0)]

    assert cpu_seconds([], [one, other], PHASES)["load"] == pytest.approx(3.0)
    assert cpu_seconds([], [one, []], PHASES) == {}
