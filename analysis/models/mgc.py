"""What a cell should show, from the work alone: computed before it is measured, to be proved wrong by it. Pure."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Service:
    """The work on a picture as one process alone does it: how long each took, and the mean CPU time [s]."""

    times_s: np.ndarray
    cpu_s: float

    @property
    def mean_s(self) -> float:
        return float(self.times_s.mean())

    @property
    def cv(self) -> float:
        """Standard deviation over mean."""
        return float(self.times_s.std() / self.mean_s)


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Throughput in pictures/s, times in seconds; a time is infinite where it grows without limit."""

    throughput: float
    ready_p50_s: float
    ready_p95_s: float
    utilisation: float


def capacity(service: Service, places: int, cores: int) -> float:
    """The most pictures/s that so many places of work can finish: they, or the cores, are what runs out first."""
    return min(places / service.mean_s, cores / service.cpu_s if service.cpu_s else math.inf)


def predict(service: Service, *, offered_rate: float, places: int, cores: int) -> Prediction:
    """The queue M/G/c of one line and `places` servers, or where the cores run out first as many as those can serve."""
    most = capacity(service, places, cores)
    p50, p95 = (ready_s(service, offered_rate, places, cores, share) for share in (0.5, 0.95))
    return Prediction(
        throughput=min(offered_rate, most), ready_p50_s=p50, ready_p95_s=p95, utilisation=offered_rate / most
    )


def ready_s(service: Service, offered_rate: float, places: int, cores: int, share: float) -> float:
    """The time in which a share of the pictures is ready [s]; infinite where it grows without limit."""
    most = capacity(service, places, cores)
    if offered_rate >= most:
        return math.inf
    servers = max(1, round(most * service.mean_s))
    times_s = service.times_s * (servers / most / service.mean_s)
    return _quantile(times_s, *_wait(times_s, offered_rate / most, servers), share)


def highest_rate(service: Service, *, places: int, cores: int, share: float, limit_s: float) -> float:
    """The rate at which a share of the pictures is just ready within the limit [pictures/s]; 0 if at none."""
    low, high = 0.0, capacity(service, places, cores)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if ready_s(service, middle, places, cores, share) <= limit_s else (low, middle)
    return low


def erlang_c(places: int, utilisation: float) -> float:
    """The probability that an arrival finds every one of the places busy in the queue M/M/c.

    By Erlang's B, B(k) = a B(k-1) / (k + a B(k-1)), and C = B / (1 - rho (1 - B)) (Cooper, Introduction to Queueing
    Theory, 1981).
    """
    offered, blocked = places * utilisation, 1.0
    for count in range(1, places + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked / (1 - utilisation * (1 - blocked))


def _wait(times_s: np.ndarray, utilisation: float, places: int) -> tuple[float, float]:
    """The probability to wait, and the mean wait of those who do [s].

    The mean wait of all is (1 + cv^2) / 2 times that of M/M/c (Lee and Longton 1959); the probability is M/M/c's.
    """
    mean_s = float(times_s.mean())
    variability = (1 + float(times_s.var()) / mean_s**2) / 2
    return erlang_c(places, utilisation), variability * mean_s / (places * (1 - utilisation))


def _quantile(times_s: np.ndarray, waits: float, mean_wait_s: float, share: float) -> float:
    """The time in which a share of the pictures is ready [s]: a service, and for those who wait an exponential wait."""

    def later(time_s: float) -> float:
        left = time_s - times_s
        return float(np.where(left < 0, 1.0, waits * np.exp(-np.maximum(left, 0) / mean_wait_s)).mean())

    low, high = 0.0, float(times_s.max()) + 50 * mean_wait_s
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if later(middle) > 1 - share else (low, middle)
    return high
