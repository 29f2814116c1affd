"""How often the verdict on overload is right: simulated queues whose utilisation is known."""

import numpy as np
import pandas as pd
import pytest

from analysis.checks import OVERLOADED, verdict_on
from analysis.experiment import Cell, Window
from analysis.queues import fifo
from tests.analysis.hand_made import trial

TRIALS = 40
PLACES, MEAN_S = 2, 0.16
WARMUP_S, WINDOW_S, DRAIN_S = 20.0, 60.0, 4.0


def simulated(utilisation, seed):
    """A trial of a FIFO queue with lognormal services, as long as one that decides: 60 s after 20 s."""
    draw, rate = np.random.default_rng(seed), utilisation * PLACES / MEAN_S
    end = WARMUP_S + WINDOW_S + DRAIN_S
    due = np.cumsum(draw.exponential(1 / rate, int(rate * end * 1.3)))
    due = due[due < end]
    services = draw.lognormal(np.log(MEAN_S) - 0.125, 0.5, len(due))
    finished = fifo(due, services, PLACES)
    done = finished < end
    requests = [{"id": str(n), "due_at": at, "sent_at": at, "answered_at": at + 0.005} for n, at in enumerate(due)]
    for request in requests:
        request["phase"] = "measure" if WARMUP_S <= request["due_at"] < WARMUP_S + WINDOW_S else "other"
    pictures = [
        {"id": str(n), "received_at": due[n], "enqueued_at": due[n]}
        | (
            {"started_at": finished[n] - services[n], "finished_at": finished[n]}
            if done[n]
            else {"started_at": np.nan, "finished_at": np.nan, "state": "queued"}
        )
        for n in range(len(due))
    ]
    return trial(
        requests,
        pictures,
        cell=Cell(mode="queue", workers=PLACES, workload="io", offered_rate=rate),
        window=Window(start=WARMUP_S, end=WARMUP_S + WINDOW_S),
        load_stopped_at=end,
        broker_left=int((~done).sum()),
        backlog=pd.DataFrame(columns=["sampled_at", "waiting", "in_hand", "in_database", "done"]),
    )


@pytest.fixture(scope="module")
def share():
    """The share of the trials at a utilisation that are called overloaded."""

    def of(utilisation):
        names = [verdict_on(simulated(utilisation, seed)).name for seed in range(TRIALS)]
        return names.count(OVERLOADED) / TRIALS

    return of


def test_an_overloaded_queue_is_called_so_in_nine_of_ten_trials(share):
    assert share(1.2) >= 0.9


def test_a_queue_that_keeps_up_is_hardly_ever_called_overloaded(share):
    assert share(0.8) <= 0.05
