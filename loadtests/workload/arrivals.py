"""Draws the due time and picture of every upload from a seed. Pure."""

import hashlib
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Arrival:
    """One planned upload. offset_s counts from the start of the load; picture is an index into the pictures."""

    id: UUID
    offset_s: float
    picture: int


def arrivals(*, rate: float, seed: str, weights: Sequence[float], id_seed: str | None = None) -> Iterator[Arrival]:
    """Yield endless Poisson arrivals, `rate` per second, each with a picture drawn by weight.

    One seed gives the same times, pictures and ids everywhere, so that both modes get the same load: common
    random numbers make a comparison several times more exact than repeats do. Times, pictures and ids are
    drawn from streams of their own, so that another picture mix leaves the times as they were, and the same
    load can be sent twice to one stack under other ids (id_seed).
    """
    times = random.Random(f"{seed}/times")
    choices = random.Random(f"{seed}/pictures")
    ids = random.Random(f"{seed if id_seed is None else id_seed}/ids")
    pictures, cumulative = range(len(weights)), list(itertools.accumulate(weights))
    offset_s = 0.0
    while True:
        offset_s += times.expovariate(rate)
        picture = choices.choices(pictures, cum_weights=cumulative)[0]
        yield Arrival(UUID(int=ids.getrandbits(128), version=4), offset_s, picture)


def plan(*, rate: float, seed: str, weights: Sequence[float], length_s: float) -> list[Arrival]:
    """The arrivals of the first `length_s` seconds."""
    endless = arrivals(rate=rate, seed=seed, weights=weights)
    return list(itertools.takewhile(lambda arrival: arrival.offset_s < length_s, endless))


def plan_hash(planned: Sequence[Arrival]) -> str:
    """One hash for a whole plan: equal hashes are equal loads."""
    rows = "".join(f"{arrival.id},{arrival.offset_s:.9f},{arrival.picture}\n" for arrival in planned)
    return hashlib.sha256(rows.encode()).hexdigest()
