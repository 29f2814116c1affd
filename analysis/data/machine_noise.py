"""Whether the machine was quiet while a trial was measured (R25). Pure."""

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

# What processes that are no part of the trial may take of the machine's CPU time, and what the hypervisor may give to
# other machines. `make bench-noise` shows how far off trials are beyond these, and how many are below.
OTHERS_LIMIT, STEAL_LIMIT = 0.15, 0.01
# By how much a fixed piece of work differs on one idle machine; two machines that differ by more are not equally fast.
SPIN_LIMIT = 0.15
# What the rerun of a noisy trial is called: its name and one of these, the second in schema 1.
RERUN = ("-rerun", "-again")

Record = Mapping[str, Any]


def noise_words(record: Record) -> str:
    """Why a trial is noisy, in words; empty if it is not or if nobody listened.

    Both signs are what the trial itself met, so a verdict does not change with the trials that come later.
    """
    if not (heard := record.get("noise")):
        return ""
    taken = {
        "other programs": (record.get("others_share"), OTHERS_LIMIT),
        "other virtual machines": (heard.get("steal_share"), STEAL_LIMIT),
    }
    return "; ".join(
        f"{who} took {share:.1%} of the machine's CPU time (limit {limit:.0%})"
        for who, (share, limit) in taken.items()
        if share is not None and share > limit
    )


def usual_spin_s(records: Iterable[Record]) -> float | None:
    """How long a fixed piece of work takes on the idle machine: the median over an experiment's trials [s]."""
    spins = [spin for record in records if (spin := (record.get("noise") or {}).get("spin_before_s"))]
    return statistics.median(spins) if spins else None


def counted(names: Iterable[str]) -> list[str]:
    """The trials that count: of one that was measured again, the second."""
    listed = list(names)
    rerun = {first_name(name) for name in listed if first_name(name) != name}
    return [name for name in listed if name not in rerun]


def first_name(name: str) -> str:
    """The name of a trial's first execution."""
    return next((name.removesuffix(suffix) for suffix in RERUN if name.endswith(suffix)), name)
