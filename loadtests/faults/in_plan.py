"""The faults that a plan gives: at times of its own, or drawn by chance. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loadtests.errors import PlanError
from loadtests.faults.catalogue import FAULTS
from loadtests.faults.schedule import AtRandom, Due, possible
from loadtests.plan import Experiment
from loadtests.plan_values import choices, number, refuse_unknown, subtable

#: The keys of a plan that give faults.
FAULT_KEYS = ("fault", "random_faults")

#: A turn must hold the longest fault and what it takes to recover.
SHORTEST_TURN_S = 10.0


def with_faults(experiment: Experiment, table: Mapping[str, Any]) -> Experiment:
    """The experiment with the faults of its plan; raises on anything unclear, or if one cannot happen to a cell."""
    faults, at_random = _listed(table, experiment.phases.measure_s), _at_random(table)
    for name in {due.what for due in faults} | set(at_random.what if at_random else ()):
        if cell := next((cell for cell in experiment.cells() if not possible(name, cell)), None):
            raise PlanError(f"the fault {name} cannot happen where mode = {cell.mode}: {_needed(name)}.")
    return replace(experiment, faults=faults, random_faults=at_random)


def _listed(table: Mapping[str, Any], measure_s: float) -> tuple[Due, ...]:
    given = table.get("fault", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise PlanError("fault must be a list of tables, each written [[fault]].")
    faults = [_due(one, measure_s) for one in given]
    return tuple(sorted(faults, key=lambda due: due.at_s))


def _due(table: Mapping[str, Any], measure_s: float) -> Due:
    refuse_unknown(table, ("what", "at_s"), "fault.")
    (what,) = choices(table, "what", tuple(FAULTS))
    # What is not over when the measurement ends would be undone before its time.
    return Due(what=what, at_s=number(table, "at_s", low=0, high=max(0.0, measure_s - FAULTS[what].hold_s)))


def _at_random(table: Mapping[str, Any]) -> AtRandom | None:
    if "random_faults" not in table:
        return None
    given = subtable(table, "random_faults")
    refuse_unknown(given, ("what", "every_s"), "random_faults.")
    every_s = number(given, "every_s", low=SHORTEST_TURN_S, high=86_400)
    return AtRandom(what=tuple(choices(given, "what", tuple(FAULTS))), every_s=every_s)


def _needed(name: str) -> str:
    """What a fault needs, in the words of a plan."""
    fault = FAULTS[name]
    levels = {"mode": fault.modes, "broker": fault.brokers, "append_only": fault.append_only}
    needs = [f"{level} = {' or '.join(words)}" for level, words in (levels | {"database": fault.databases}).items()]
    return f"it needs stack = local, {', '.join(needs)}{' and broker_delay_s above 0' if fault.proxy else ''}"
