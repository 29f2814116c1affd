"""When a server whose times are known answers, and nothing else decides it. Pure."""

import heapq
import math
import random
from dataclasses import dataclass

DISTRIBUTIONS = ("constant", "exponential", "lognormal", "bimodal")

#: Of the lognormal service time: standard deviation over mean.
LOGNORMAL_CV = 0.5

#: The bimodal one: nine in ten are quick and one is eleven times as slow, in units of the mean.
QUICK, SLOW, SLOW_SHARE = 0.5, 5.5, 0.1


@dataclass(frozen=True, kw_only=True)
class Truth:
    """One server. Times in seconds; those of stalls and warm-up count from the first request.

    servers: how many requests are worked on at once, in order of arrival; 0 for any number.
    stall_s, stall_after_s, stall_every_s: how long nothing is done, from when on, and how often (0: once).
    error_share: share of the requests that are answered 503 at once.
    warm_up_s, warm_up_factor: for so long every service takes so many times as long.
    """

    seed: int
    distribution: str = "constant"
    mean_s: float = 0.0
    servers: int = 0
    stall_s: float = 0.0
    stall_after_s: float = 0.0
    stall_every_s: float = 0.0
    error_share: float = 0.0
    warm_up_s: float = 0.0
    warm_up_factor: float = 1.0

    def service_s(self, name: str) -> float:
        """How long a request takes; it depends on nothing but the seed and the name."""
        draw = random.Random(f"{self.seed}:{name}")
        if self.distribution == "exponential":
            return draw.expovariate(1 / self.mean_s)
        if self.distribution == "lognormal":
            variance = math.log(1 + LOGNORMAL_CV**2)
            return draw.lognormvariate(math.log(self.mean_s) - variance / 2, math.sqrt(variance))
        if self.distribution == "bimodal":
            return self.mean_s * (SLOW if draw.random() < SLOW_SHARE else QUICK)
        return self.mean_s

    def refuses(self, name: str) -> bool:
        return random.Random(f"{self.seed}:{name}:error").random() < self.error_share

    def awake_at(self, since_s: float) -> float:
        """The first time from a time on at which the server is not stalled, both since the first request."""
        into = since_s - self.stall_after_s
        if self.stall_every_s and into >= 0:
            into %= self.stall_every_s
        return since_s - into + self.stall_s if 0 <= into < self.stall_s else since_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request as the server decides it; times in Unix seconds, service_s in seconds."""

    name: str
    received_at: float
    started_at: float
    finished_at: float
    service_s: float
    refused: bool


class Desk:
    """Takes requests in the order of their arrival and says when each will be finished, in virtual time."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.opened_at = math.nan
        self._free_at: list[float] = [-math.inf] * truth.servers

    def admit(self, name: str, now: float) -> Visit:
        """Decide on a request that arrives now."""
        if math.isnan(self.opened_at):
            self.opened_at = now
        truth = self.truth
        if truth.refuses(name):
            return Visit(name=name, received_at=now, started_at=now, finished_at=now, service_s=0.0, refused=True)
        service_s = truth.service_s(name)
        if now - self.opened_at < truth.warm_up_s:
            service_s *= truth.warm_up_factor
        started_at = self._awake(max(now, heapq.heappop(self._free_at)) if self._free_at else now)
        finished_at = self._awake(started_at + service_s)
        if truth.servers:
            heapq.heappush(self._free_at, finished_at)
        return Visit(
            name=name,
            received_at=now,
            started_at=started_at,
            finished_at=finished_at,
            service_s=service_s,
            refused=False,
        )

    def _awake(self, at: float) -> float:
        return self.opened_at + self.truth.awake_at(at - self.opened_at)
