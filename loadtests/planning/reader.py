"""Reads a plan from TOML, with its goal and faults, and refuses what it does not understand, naming the key."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from loadtests.errors import PlanError
from loadtests.planning.configuration import (
    APPEND_ONLY,
    BROKERS,
    DATABASES,
    MODES,
    NO_FAULT,
    PROFILES,
    STACKS,
)
from loadtests.planning.estimate import MOST_BLOCKS, repeats_within
from loadtests.planning.experiment import AMOUNTS, Experiment, Factors, Goal, Phases
from loadtests.planning.faults import FAULTS, FIND_LIMIT_S, RandomFaults, ScheduledFault, possible
from loadtests.workload.presets import WORKLOADS

#: The keys of a plan that give faults.
FAULT_KEYS = ("fault", "random_faults")

#: A fault comes in the middle half of its turn, so it may take a quarter of it and be over before the turn is.
TURNS_OF_A_FAULT = 4


def read_plan(path: Path, stack: str | None = None) -> Experiment:
    """The experiment that a TOML file states, on another stack if one is given; raises on anything unclear."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        near = ", ".join(sorted(str(one) for one in path.parent.glob("*.toml"))) or "none"
        raise PlanError(f"There is no plan {path}. Plans in that folder: {near}.") from None
    except UnicodeDecodeError:
        raise PlanError(f"{path} is not text in UTF-8. Save it as UTF-8, then try again.") from None
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise PlanError(f"{path} is not a plan in TOML: {error}.") from error
    try:
        experiment = parse(table)
        experiment = experiment.on(stack) if stack else experiment
        refuse_impossible(experiment)
    except PlanError as error:
        raise PlanError(f"{path}: {error}") from None
    return experiment


def parse(table: Mapping[str, Any]) -> Experiment:
    """The experiment in a parsed plan."""
    if "goal" in table:
        return _with_goal(parse(as_trials(table)), read_goal(subtable(table, "goal")))
    refuse_unknown(table, ("name", "question", *AMOUNTS, "seed", "control", "factors", "phases", *FAULT_KEYS), "")
    phases = subtable(table, "phases")
    refuse_unknown(phases, ("warmup_s", "measure_s", "drain_limit_s"), "phases.")
    experiment = Experiment(
        name=_name(table),
        question=text(table, "question"),
        repeats=1,
        seed=int(number(table, "seed", low=0, high=2**63, whole=True)),
        control=switch(table, "control"),
        factors=_factors(subtable(table, "factors")),
        phases=Phases(
            warmup_s=number(phases, "warmup_s", low=0, high=3600),
            measure_s=number(phases, "measure_s", low=1, high=86_400),
            drain_limit_s=number(phases, "drain_limit_s", low=0, high=3600),
        ),
    )
    return with_faults(_with_amount(experiment, table), table)


def _with_goal(experiment: Experiment, goal: Goal) -> Experiment:
    drain_s = experiment.phases.drain_limit_s
    if drain_s < goal.limit_s:
        raise PlanError(
            f"phases.drain_limit_s = {drain_s:g} must be at least goal.limit_s = {goal.limit_s:g}: pictures within the "
            "limit would count as missing."
        )
    return replace(experiment, goal=goal)


def _with_amount(experiment: Experiment, table: Mapping[str, Any]) -> Experiment:
    given = [key for key in AMOUNTS if key in table]
    if len(given) != 1:
        raise PlanError(f"the plan must give one of {', '.join(AMOUNTS)}; it gives {' and '.join(given) or 'none'}.")
    if given == ["repeats"]:
        return replace(experiment, repeats=int(number(table, "repeats", low=1, high=1000, whole=True)))
    if given == ["minutes"]:
        minutes = number(table, "minutes", low=0.1, high=10_000)
        return replace(experiment, repeats=repeats_within(60 * minutes, experiment), minutes=minutes)
    if set(experiment.factors.mode) != set(MODES):
        raise PlanError("precision is that of the ratio of the modes, so the plan must measure both.")
    return replace(experiment, repeats=MOST_BLOCKS, precision=number(table, "precision", low=0.005, high=1))


#: The words that a factor may take, and between which numbers.
WORDS = {
    "mode": MODES,
    "workload": tuple(WORKLOADS),
    "stack": STACKS,
    "broker": BROKERS,
    "queue_type": ("classic", "quorum"),
    "database": DATABASES,
    "append_only": APPEND_ONLY,
    "profile": PROFILES,
    "fault": (NO_FAULT, *FAULTS),
}
COUNTS: Mapping[str, tuple[float, float]] = {"workers": (1, 256), "web_threads": (1, 256), "prefetch": (1, 1000)}
NUMBERS: Mapping[str, tuple[float, float]] = {"offered_rate": (0.01, 10_000), "broker_delay_s": (0, 10)}
REQUIRED = ("mode", "workers", "offered_rate")


def _factors(table: Mapping[str, Any]) -> Factors:
    refuse_unknown(table, (*WORDS, *COUNTS, *NUMBERS), "factors.")
    levels: dict[str, tuple[Any, ...]] = {}
    for key in dict.fromkeys((*REQUIRED, *table)):
        if key in WORDS:
            levels[key] = tuple(choices(table, key, WORDS[key]))
        elif key in COUNTS:
            low, high = COUNTS[key]
            levels[key] = tuple(int(one) for one in numbers(table, key, low=low, high=high, whole=True))
        else:
            low, high = NUMBERS[key]
            levels[key] = tuple(float(one) for one in numbers(table, key, low=low, high=high))
    return Factors(**levels)


def _name(table: Mapping[str, Any]) -> str:
    name = text(table, "name")
    if not name.replace("-", "").replace("_", "").isalnum():
        raise PlanError(f'name = "{name}" must be made of letters, digits, - and _: a folder gets that name.')
    return name


#: 25 s to look around, 60 s to decide (R30).
LENGTHS_S: Mapping[str, float] = {"probe_s": 25.0, "confirm_s": 60.0, "longest_s": 240.0}
DEFAULTS: Mapping[str, Any] = {"clock": "ready", "percentile": 0.95, "most_trials": 80, **LENGTHS_S}

#: A shorter window holds too few uploads for a percentile of its own.
SHORTEST_S = 5.0


def as_trials(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan with a goal as a plan of single trials: the search sets rates and lengths."""
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


def with_faults(experiment: Experiment, table: Mapping[str, Any]) -> Experiment:
    """The experiment with the faults of its plan; raises on anything unclear."""
    measure_s = experiment.phases.measure_s
    return replace(experiment, faults=_listed(table, measure_s), random_faults=_at_random(table, measure_s))


def refuse_impossible(experiment: Experiment) -> None:
    """Raise if none of the cells exists, or if a fault cannot happen to one of them."""
    if not experiment.cells():
        raise PlanError(
            'no combination of these levels exists. queue_type = "quorum" needs broker = "rabbitmq"; '
            'stack = "compose" needs database = "postgres", a broker of its own and broker_delay_s = 0; '
            'a fault needs stack = "local", most need mode = "queue", and the network faults broker_delay_s above 0.'
        )
    at_random = experiment.random_faults.what if experiment.random_faults else ()
    for name in dict.fromkeys([*(due.what for due in experiment.faults), *at_random]):
        for cell in experiment.cells():
            if not possible(name, cell):
                where = f"stack = {cell.stack}, mode = {cell.mode}, broker = {cell.broker}"
                raise PlanError(f"the fault {name} cannot happen where {where}: {_needed(name)}.")


def _listed(table: Mapping[str, Any], measure_s: float) -> tuple[ScheduledFault, ...]:
    given = table.get("fault", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise PlanError("fault must be a list of tables, each written [[fault]].")
    faults = [_due(one, measure_s) for one in given]
    return tuple(sorted(faults, key=lambda due: due.at_s))


def _due(table: Mapping[str, Any], measure_s: float) -> ScheduledFault:
    refuse_unknown(table, ("what", "at_s"), "fault.")
    what = text(table, "what")
    choices(table, "what", tuple(FAULTS))
    # What is not over when the measurement ends would be undone before its time.
    return ScheduledFault(what=what, at_s=number(table, "at_s", low=0, high=max(0.0, measure_s - FAULTS[what].hold_s)))


def _at_random(table: Mapping[str, Any], measure_s: float) -> RandomFaults | None:
    if "random_faults" not in table:
        return None
    given = subtable(table, "random_faults")
    refuse_unknown(given, ("what", "every_s"), "random_faults.")
    what = tuple(choices(given, "what", tuple(FAULTS)))
    shortest_s = TURNS_OF_A_FAULT * (FIND_LIMIT_S + max(FAULTS[name].hold_s for name in what))
    return RandomFaults(what=what, every_s=number(given, "every_s", low=shortest_s, high=max(shortest_s, measure_s)))


def _needed(name: str) -> str:
    """What a fault needs, in the words of a plan."""
    fault = FAULTS[name]
    levels = {"mode": fault.modes, "broker": fault.brokers, "append_only": fault.append_only}
    needs = [f"{level} = {' or '.join(words)}" for level, words in (levels | {"database": fault.databases}).items()]
    return f"it needs stack = local, {', '.join(needs)}{' and broker_delay_s above 0' if fault.proxy else ''}"


def refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise PlanError(f"unknown key {where}{key}; the nearest valid one is {where}{near}.")


def required(table: Mapping[str, Any], key: str) -> Any:
    if key not in table:
        raise PlanError(f"the key {key} is missing.")
    return table[key]


def subtable(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = required(table, key)
    if not isinstance(value, dict):
        raise PlanError(f"{key} must be a table, written [{key}].")
    return value


def text(table: Mapping[str, Any], key: str) -> str:
    value = required(table, key)
    if not isinstance(value, str) or not value.strip():
        raise PlanError(f"{key} must be a text in quotes.")
    return value


def switch(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise PlanError(f"{key} = {value!r} must be true or false.")
    return value


def number(table: Mapping[str, Any], key: str, *, low: float, high: float, whole: bool = False) -> float:
    return _checked(required(table, key), key, low=low, high=high, whole=whole)


def numbers(table: Mapping[str, Any], key: str, *, low: float, high: float, whole: bool = False) -> list[float]:
    return [_checked(one, key, low=low, high=high, whole=whole) for one in _levels(table, key)]


def _checked(value: Any, key: str, *, low: float, high: float, whole: bool) -> float:
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        raise PlanError(f"{key} = {value!r} must be a {'whole ' if whole else ''}number from {low:g} to {high:g}.")
    return value


def choices(table: Mapping[str, Any], key: str, valid: tuple[str, ...]) -> list[str]:
    values = _levels(table, key)
    for value in values:
        if value not in valid:
            raise PlanError(f"{key} = {value!r} is not one of {', '.join(valid)}.")
    return [str(value) for value in values]


def _levels(table: Mapping[str, Any], key: str) -> list[Any]:
    value = required(table, key)
    values = value if isinstance(value, list) else [value]
    if not values or any(values.count(one) > 1 for one in values):
        raise PlanError(f"{key} = {value!r} must name one or more levels, each once.")
    return values
