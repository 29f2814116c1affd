"""The goal of a plan that searches for the highest rate that keeps it, and how it is read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtests.errors import PlanError
from loadtests.planning.fields import choices, number, refuse_unknown, subtable

#: How much a plan measures: so many repeats, as many as fit in a time, or as many as a precision needs.
AMOUNTS = ("repeats", "minutes", "precision")

#: 25 s to look around, 60 s to decide (R30).
LENGTHS_S: Mapping[str, float] = {"probe_s": 25.0, "confirm_s": 60.0, "longest_s": 240.0}
DEFAULTS: Mapping[str, Any] = {"clock": "ready", "percentile": 0.95, "most_trials": 80, **LENGTHS_S}

#: A shorter window holds too few uploads for a percentile of its own.
SHORTEST_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What must hold at a rate for it to count as kept: a percentile of one clock, and not one upload that fails.

    clock: ready or response; share: such as 0.95; limit_s: what the percentile may be [s]. probe_s, confirm_s and
    longest_s: how long to measure while looking, confirming, and at most; most_trials: of one cell's search.
    """

    clock: str
    share: float
    limit_s: float
    probe_s: float
    confirm_s: float
    longest_s: float
    most_trials: int


def as_trials(table: Mapping[str, Any]) -> dict[str, Any]:
    """The rest of a plan with a goal as if it measured one trial a cell: the search brings rates and lengths."""
    factors, phases = subtable(table, "factors"), subtable(table, "phases")
    given = dict.fromkeys((*AMOUNTS, "control"), table) | {"offered_rate": factors, "measure_s": phases}
    if surplus := [key for key, where in given.items() if key in where]:
        raise PlanError(f"a plan with a goal searches for the rate: leave out {' and '.join(surplus)}.")
    rest = {key: value for key, value in table.items() if key != "goal"}
    searched = {"factors": {**factors, "offered_rate": 1.0}, "phases": {**phases, "measure_s": 1.0}}
    return {**rest, **searched, "repeats": 1}


def read_goal(table: Mapping[str, Any]) -> Goal:
    """The goal; raises on anything unclear."""
    refuse_unknown(table, ("limit_s", *DEFAULTS), "goal.")
    full = {**DEFAULTS, **table}
    return Goal(
        clock=choices(full, "clock", ("ready", "response"))[0],
        share=number(full, "percentile", low=0.5, high=0.99),
        limit_s=number(full, "limit_s", low=0.001, high=3600),
        most_trials=int(number(full, "most_trials", low=1, high=1000, whole=True)),
        **{name: number(full, name, low=SHORTEST_S, high=3600) for name in LENGTHS_S},
    )
