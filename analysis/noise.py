"""Whether the machine was quiet while a trial was measured (R25). Pure."""

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

# How far a fixed piece of work may be off its usual time, and what others may take of the CPU time. R25 guesses 5 % for
# the first, which on idle virtual machines ordinary trials exceed.
SPIN_LIMIT, STEAL_LIMIT = 0.10, 0.01
# What the second execution of a noisy trial is called: its own name and this.
AGAIN = "-again"

WHEN = ("before", "after")

Record = Mapping[str, Any]
Spins = Mapping[str, float]


def ordinary_spins_s(records: Iterable[Record]) -> Spins:
    """How long the piece of work usually takes before and after a trial: the medians of all trials, blind to what they
    measured [s]. A processor that has just worked is quicker, so the two are not compared with each other."""
    heard = [_spins(record) for record in records]
    known = {when: [spins[when] for spins in heard if when in spins] for when in WHEN}
    return {when: statistics.median(spins) for when, spins in known.items() if spins}


def noise_words(record: Record, ordinary_s: Spins) -> str:
    """Why a trial is noisy, in words; empty if it is not or if nobody listened."""
    reasons = [
        f"{when} it a fixed piece of work took {abs(spin / usual - 1):.0%} "
        f"{'longer' if spin > usual else 'less'} than usual (limit {SPIN_LIMIT:.0%})"
        for when, spin in _spins(record).items()
        if (usual := ordinary_s.get(when)) and abs(spin / usual - 1) > SPIN_LIMIT
    ]
    steal = (record.get("noise") or {}).get("steal_share") or 0.0
    if steal > STEAL_LIMIT:
        reasons.append(f"others took {steal:.1%} of the machine's CPU time (limit {STEAL_LIMIT:.0%})")
    return "; ".join(reasons)


def counted(names: Iterable[str]) -> list[str]:
    """The trials that count: of one that was measured again, the second."""
    listed = list(names)
    return [name for name in listed if f"{name}{AGAIN}" not in listed]


def _spins(record: Record) -> dict[str, float]:
    noise = record.get("noise") or {}
    return {when: noise[f"spin_{when}_s"] for when in WHEN if noise.get(f"spin_{when}_s")}
