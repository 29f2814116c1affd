"""What a trial near saturation is told, and which limit the advice names."""

import dataclasses
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hand_made import crowded_door, trial
from synthetic_experiment import Made, write_bare, write_experiment

from analysis import api
from analysis.data.model import Cell, Machine, Trial
from analysis.metrics.utilisation import cores_run_out, utilisations
from analysis.validity.verdict import OVERLOADED, UNDECIDED, VALID, Verdict, verdict_on
from benchmarks.verdicts import simulated

TWO_CORES = Machine(cores=2)


def even(
    *, service_s: float, backlog: int = 0, unready: int = 0, rate: float = 10.0, places: int = 4, **what: Any
) -> Trial:
    """Mode queue, evenly spaced uploads for the ten seconds of the window. Of them the last `backlog` are finished
    just after it, and the last `unready` never; all others are taken up at once and take `service_s`."""
    count = round(10 * rate)
    requests, pictures = [], []
    for n in range(count):
        due = 10 + n / rate
        requests.append({"id": str(n), "due_at": due, "sent_at": due, "answered_at": due + 0.01})
        begun = max(due, 20.001 - service_s) if n >= count - backlog else due
        pictures.append({"id": str(n), "received_at": due, "started_at": begun, "finished_at": begun + service_s})
        if n < count - backlog:
            pictures[n]["finished_at"] = min(begun + service_s, 19.999)
        if n >= count - unready:
            pictures[n] |= {"finished_at": math.nan, "state": "processing"}
    cell = Cell(mode="queue", workers=places, workload="io", offered_rate=rate)
    return trial(requests, pictures, cell=cell, broker_remaining=unready, **what)


def judged(made: Trial) -> Verdict:
    return verdict_on(made)


def told(verdict: Verdict) -> tuple[str, tuple[str, ...]]:
    """Its name, and its reasons in words."""
    return verdict.name, verdict.words


def test_what_is_finished_clearly_below_what_arrives_is_undecided_near_saturation() -> None:
    """Of 100 uploads in ten seconds four workers, nine tenths of whose time is taken, leave four for later."""
    verdict = judged(even(service_s=0.36, backlog=4))

    assert told(verdict) == (
        UNDECIDED,
        (
            "10.0 uploads/s arrived and 9.6 uploads/s were finished, 4 % less.",
            "A window of 10 s is too short to decide near saturation: measure longer.",
        ),
    )


def test_three_in_a_hundred_are_not_clearly_below() -> None:
    assert judged(even(service_s=0.36, backlog=3)).name == VALID


def test_the_same_four_are_chance_where_workers_have_time_to_spare() -> None:
    assert judged(even(service_s=0.3, backlog=4)).name == VALID


def test_one_upload_that_never_gets_ready_makes_a_trial_undecided() -> None:
    verdict = judged(even(service_s=0.1, unready=1))

    assert told(verdict) == (
        UNDECIDED,
        (
            "1 of 100 uploads was not ready when the trial ended, so its time is unknown.",
            "Raise the drain limit, or offer less load.",
        ),
    )


def test_a_load_that_takes_all_of_the_workers_time_is_never_valid() -> None:
    verdict = judged(even(service_s=0.39))

    assert verdict.name == UNDECIDED
    assert verdict.words[0].startswith("The load needs 96 % of the capacity of 4 workers, so chance decides how long")
    assert verdict.words[1] == "Add workers or offer less load."


def test_more_than_all_of_it_is_said_to_be_more() -> None:
    """By chance as many were finished here as have arrived."""
    assert told(judged(simulated(1.1, 4, (3.0, 12.0), seed=9))) == (
        UNDECIDED,
        (
            "The load needs 110 % of the capacity of 4 workers, so the backlog cannot stay steady.",
            "Add workers or offer less load.",
        ),
    )


def test_cores_that_are_all_busy_are_named_as_the_limit() -> None:
    """12 workers with time to spare on two cores without any: more workers would only share them."""
    busy = {"web": 4.0, "worker": 13.0, "load": 2.6}
    verdict = judged(even(service_s=0.36, places=12, cpu_seconds=busy, machine=TWO_CORES))

    assert told(verdict) == (
        UNDECIDED,
        (
            "The machine's 2 cores were 98 % busy, so chance decides how long an upload waits.",
            "More workers would not help, because the cores are the limit: offer less load, or use more cores.",
        ),
    )


def test_a_web_process_that_has_used_up_its_core_is_named_as_the_limit() -> None:
    verdict = judged(even(service_s=0.1, cpu_seconds={"web": 9.7, "worker": 3.0}, machine=TWO_CORES))

    assert verdict.words == (
        "The web process was busy 97 % of the time, so chance decides how long an upload waits.",
        "More threads would not help, because they share one core: offer less load.",
    )


def test_of_an_unknown_machine_nothing_is_said_of_its_cores() -> None:
    assert judged(even(service_s=0.3, cpu_seconds={"worker": 19.9})).name == VALID


@pytest.mark.parametrize(
    ("busy", "advice"),
    [
        ({"web": 2.0}, "Add web threads or offer less load."),
        ({"web": 9.5}, "More threads would not help, because they share one core: offer less load."),
        (
            {"web": 9.0, "load": 9.5},
            "More threads would not help, because the cores are the limit: offer less load, or use more cores.",
        ),
    ],
)
def test_a_crowded_door_is_told_what_would_help_it(busy: dict[str, float], advice: str) -> None:
    verdict = judged(dataclasses.replace(crowded_door(), cpu_seconds=busy, machine=TWO_CORES))

    assert verdict.name == OVERLOADED
    assert verdict.words[0].endswith(advice)


def _experiment(tmp_path: Path, **cpu: float) -> Path:
    """Four overloaded workers on the two cores of a made machine, with what the trial used of them in 12 s."""
    made = Made(workers=4, offered_rate=20.0)
    folder = write_experiment(tmp_path / "made", [made])
    path = folder / made.name / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"cpu_seconds": cpu}))
    return path.parent


def test_an_overloaded_trial_is_told_to_add_workers_while_its_cores_have_time(tmp_path: Path) -> None:
    (reason,) = api.judge(_experiment(tmp_path, worker=6.0)).words

    assert reason.endswith(
        "4 workers cannot keep up, so waiting times depend on when the measurement stops. "
        "Add workers or offer less load."
    )


def test_it_is_not_where_the_cores_have_none(tmp_path: Path) -> None:
    (reason,) = api.judge(_experiment(tmp_path, worker=20.0, load=2.0)).words

    assert reason.endswith(
        "More workers would not help, because the cores are the limit: offer less load, or use more cores."
    )


def test_nor_where_bare_processes_slow_each_other_down(tmp_path: Path) -> None:
    """Four of them finish what three alone would: they compete for the cores without any web or queue."""
    folder = _experiment(tmp_path)
    write_bare(folder.parent, also=(4,), slower=4 / 3)

    (reason,) = api.judge(folder).words

    assert "More workers would not help" in reason


def test_bare_processes_that_do_not_are_no_limit(tmp_path: Path) -> None:
    folder = _experiment(tmp_path)
    write_bare(folder.parent, also=(4,))

    (reason,) = api.judge(folder).words

    assert reason.endswith("Add workers or offer less load.")


def test_few_services_leave_it_open_how_busy_the_workers_were() -> None:
    """A mean of 0.3 s that scatters as much as an exponential one is known to a fifth from a hundred."""
    made = even(service_s=0.3)
    begun = made.pictures["started_at"]
    took_s = (made.pictures["finished_at"] - begun).where(made.pictures.index % 2 == 0, 0.0) * 2
    scattered = replace(made, pictures=made.pictures.assign(finished_at=begun + took_s))

    assert not utilisations(made).near_saturation
    assert utilisations(scattered).near_saturation
    assert not cores_run_out(made, utilisations(made))


def test_uploads_that_are_refused_at_the_door_ask_nothing_of_the_workers():
    """Sixteen uploads a second of 0.26 s for four workers are too many; half of them are no pictures."""
    requests, pictures = [], []
    for n in range(160):
        due, refused = 10 + n / 16, n % 2 == 1
        answered = {"answered_at": due + 0.01, "status": 422.0 if refused else 202.0}
        requests.append({"id": str(n), "due_at": due, "sent_at": due, **answered})
        if not refused:
            pictures.append({"id": str(n), "received_at": due, "started_at": due + 0.01, "finished_at": due + 0.27})
    made = trial(requests, pictures, cell=Cell(mode="queue", workers=4, workload="io", offered_rate=16.0))

    assert utilisations(made).workers == pytest.approx(0.52, abs=0.01)
