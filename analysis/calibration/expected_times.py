"""When a reference server must answer each upload: queues in virtual time. Pure."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.data.model import Trial


def fifo(arrivals_s: ArrayLike, services_s: ArrayLike, servers: int) -> np.ndarray:
    """When each request is finished [s] by so many servers that take requests in order of arrival.

    arrivals_s must ascend; services_s belong to them one by one. Each request takes the server that is free first,
    which is Kiefer and Wolfowitz's recursion for the queue G/G/c.
    """
    free_at = [-np.inf] * servers
    finished = []
    for arrival, service in zip(np.asarray(arrivals_s).tolist(), np.asarray(services_s).tolist(), strict=True):
        finished.append(max(arrival, heapq.heappop(free_at)) + service)
        heapq.heappush(free_at, finished[-1])
    return np.array(finished)


# Longer than it works on an upload by this much, the server was stalled meanwhile.
HELD_S = 1e-6
# An upload may be on its way for so long. One that came later was held up by its sender, which must not change what is
# true of it.
ON_ITS_WAY_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One case: its trial with the rows of its cohort, what the server says of each upload, what it was told to be, and
    when each planned upload was due [Unix s], by id.

    due is the plan's: what the record says of it is a part of what is to be certified.
    """

    trial: Trial
    truth: pd.DataFrame
    case: Mapping[str, Any]
    rows: pd.DataFrame
    due: pd.Series


def _logged(case: Measured) -> pd.Series:
    """What the server itself has seen, from the connection to its answer [s]."""
    seen = case.truth.reindex(case.due.index)
    return seen["answered_at"] - seen["connected_at"]


def _stalled(case: Measured) -> pd.Series:
    """The plan replayed on a server that stalls [s]: an upload that comes in a stall waits for its end, and one that is
    being worked on when it starts is finished at its end.

    Whether an upload came before a stall or in it hangs on a hair for one in a stall, and is the server's to say.
    """
    mean_s, due = case.case["truth"]["mean_s"], case.due.to_numpy()
    came = np.clip(case.truth["received_at"].reindex(case.due.index).to_numpy(), due, due + ON_ITS_WAY_S)
    finished = _awake(case, _awake(case, came) + mean_s)
    held = finished - came > mean_s + HELD_S
    return pd.Series(np.where(held, finished - due, mean_s))


def _awake(case: Measured, at: np.ndarray) -> np.ndarray:
    """The first times from some times on at which the server is not stalled [Unix s]."""
    truth = case.case["truth"]
    into = at - case.case["opened_at"] - truth["stall_after_s"]
    if truth["stall_every_s"]:
        into = np.where(into >= 0, into % truth["stall_every_s"], into)
    return np.where((into >= 0) & (into < truth["stall_s"]), at - into + truth["stall_s"], at)


def _queued(case: Measured) -> pd.Series:
    """The plan replayed in a FIFO queue with the service times that each upload was given [s].

    Uploads that are due within a millisecond may overtake each other on the way, so they are served in the order in
    which they came.
    """
    seen, planned = case.truth.reindex(case.due.index), case.due.to_numpy()
    came = np.clip(seen["received_at"].to_numpy(), planned, planned + ON_ITS_WAY_S)
    order = np.argsort(came, kind="stable")
    due, services = planned[order], seen["service_s"].to_numpy()[order]
    return pd.Series(fifo(np.maximum.accumulate(due), services, case.case["truth"]["servers"]) - due)


TRUTHS: Mapping[str, Callable[[Measured], pd.Series]] = {
    "distribution": _logged,
    "stall": _stalled,
    "queue": _queued,
}
