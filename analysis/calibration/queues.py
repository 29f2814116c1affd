"""Queues in virtual time: what must come out if arrivals and service times are known. Pure."""

import heapq

import numpy as np
from numpy.typing import ArrayLike


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
