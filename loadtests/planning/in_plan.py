"""The faults that a plan gives: at times of its own, or drawn by chance. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loadtests.errors import PlanError
from loadtests.planning.experiment_merged import Experiment
from loadtests.planning.faults import FAULTS
from loadtests.planning.fields import choices, number, refuse_unknown, subtable, text
from loadtests.planning.schedule import FIND_LIMIT_S, AtRandom, Due, possible

#: The keys of a plan that give faults.
FAULT_KEYS = ("fault", "random_faults")

#: A fault comes in the middle half of its turn, so it may take a quarter of it and be over before the turn is.
TURNS_OF_A_FAULT = 4


def with_faults(experiment: Experiment, table: Mapping[str, Any]) -> Experiment:
    """The experiment with the faults of its plan; raises on anything unclear."""
    measure_s = experiment.phases.measure_s
    return replace(experiment, faults=_listed(table, measure_s), random_faults=_at_random(table, measure_s))


def refuse_impossible(experiment: Experiment) -> None:
    """Raise if a fault cannot happen to one of the cells."""
    at_random = experiment.random_faults.what if experiment.random_faults else ()
    for name in dict.fromkeys([*(due.what for due in experiment.faults), *at_random]):
        for cell in experiment.cells():
            if not possible(name, cell):
                where = f"stack = {cell.stack}, mode = {cell.mode}, broker = {cell.broker}"
                raise PlanError(f"the fault {name} cannot happen where {where}: {_needed(name)}.")


def _listed(table: Mapping[str, Any], measure_s: float) -> tuple[Due, ...]:
    given = table.get("fault", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise PlanError("fault must be a list of tables, each written [[fault]].")
    faults = [_due(one, measure_s) for one in given]
    return tuple(sorted(faults, key=lambda due: due.at_s))


def _due(table: Mapping[str, Any], measure_s: float) -> Due:
    refuse_unknown(table, ("what", "at_s"), "fault.")
    what = text(table, "what")
    choices(table, "what", tuple(FAULTS))
    # What is not over when the measurement ends would be undone before its time.
    return Due(what=what, at_s=number(table, "at_s", low=0, high=max(0.0, measure_s - FAULTS[what].hold_s)))


def _at_random(table: Mapping[str, Any], measure_s: float) -> AtRandom | None:
    if "random_faults" not in table:
        return None
    given = subtable(table, "random_faults")
    refuse_unknown(given, ("what", "every_s"), "random_faults.")
    what = tuple(choices(given, "what", tuple(FAULTS)))
    shortest_s = TURNS_OF_A_FAULT * (FIND_LIMIT_S + max(FAULTS[name].hold_s for name in what))
    return AtRandom(what=what, every_s=number(given, "every_s", low=shortest_s, high=max(shortest_s, measure_s)))


def _needed(name: str) -> str:
    """What a fault needs, in the words of a plan."""
    fault = FAULTS[name]
    levels = {"mode": fault.modes, "broker": fault.brokers, "append_only": fault.append_only}
    needs = [f"{level} = {' or '.join(words)}" for level, words in (levels | {"database": fault.databases}).items()]
    return f"it needs stack = local, {', '.join(needs)}{' and broker_delay_s above 0' if fault.proxy else ''}"
