"""Reads a plan from TOML and refuses what it does not understand, naming the key."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from loadtests.errors import PlanError
from loadtests.plan import BROKERS, DATABASES, MODES, STACKS, Experiment, Factors, Phases
from loadtests.planning import MOST_BLOCKS, repeats_within
from loadtests.workloads import WORKLOADS


def read_plan(path: Path, stack: str | None = None) -> Experiment:
    """The experiment that a TOML file states, on another stack if one is given; raises on anything unclear."""
    try:
        table = tomllib.loads(path.read_text())
    except FileNotFoundError:
        near = ", ".join(sorted(str(one) for one in path.parent.glob("*.toml"))) or "none"
        raise PlanError(f"There is no plan {path}. Plans in that folder: {near}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PlanError(f"{path} is not a plan in TOML: {error}.") from error
    try:
        experiment = parse(table)
    except PlanError as error:
        raise PlanError(f"{path}: {error}") from None
    return _refuse_empty(experiment.on(stack) if stack else experiment, path)


def parse(table: Mapping[str, Any]) -> Experiment:
    """The experiment in a parsed plan."""
    _refuse_unknown(table, ("name", "question", *AMOUNTS, "seed", "control", "factors", "phases"), "")
    phases = _table(table, "phases")
    _refuse_unknown(phases, ("warmup_s", "measure_s", "drain_limit_s"), "phases.")
    experiment = Experiment(
        name=_name(table),
        question=_text(table, "question"),
        repeats=1,
        seed=int(_number(table, "seed", low=0, high=2**63, whole=True)),
        control=_switch(table, "control"),
        factors=_factors(_table(table, "factors")),
        phases=Phases(
            warmup_s=_number(phases, "warmup_s", low=0, high=3600),
            measure_s=_number(phases, "measure_s", low=1, high=86_400),
            drain_limit_s=_number(phases, "drain_limit_s", low=0, high=3600),
        ),
    )
    return _with_amount(experiment, table)


#: How much is measured: so many repeats, as many as fit in a time, or as many as a precision needs.
AMOUNTS = ("repeats", "minutes", "precision")


def _with_amount(experiment: Experiment, table: Mapping[str, Any]) -> Experiment:
    given = [key for key in AMOUNTS if key in table]
    if len(given) != 1:
        raise PlanError(f"the plan must give one of {', '.join(AMOUNTS)}; it gives {' and '.join(given) or 'none'}.")
    if given == ["repeats"]:
        return replace(experiment, repeats=int(_number(table, "repeats", low=1, high=1000, whole=True)))
    if given == ["minutes"]:
        minutes = _number(table, "minutes", low=0.1, high=10_000)
        return replace(experiment, repeats=repeats_within(60 * minutes, experiment))
    if set(experiment.factors.mode) != set(MODES):
        raise PlanError("precision is that of the ratio of the modes, so the plan must measure both.")
    return replace(experiment, repeats=MOST_BLOCKS, precision=_number(table, "precision", low=0.005, high=1))


#: The words that a factor may take, and between which numbers.
WORDS = {
    "mode": MODES,
    "workload": tuple(WORKLOADS),
    "stack": STACKS,
    "broker": BROKERS,
    "queue_type": ("classic", "quorum"),
    "database": DATABASES,
}
COUNTS: Mapping[str, tuple[float, float]] = {"workers": (1, 256), "web_threads": (1, 256), "prefetch": (1, 1000)}
NUMBERS: Mapping[str, tuple[float, float]] = {"offered_rate": (0.01, 10_000), "broker_delay_s": (0, 10)}
REQUIRED = ("mode", "workers", "offered_rate")


def _factors(table: Mapping[str, Any]) -> Factors:
    _refuse_unknown(table, (*WORDS, *COUNTS, *NUMBERS), "factors.")
    levels: dict[str, tuple[Any, ...]] = {}
    for key in dict.fromkeys((*REQUIRED, *table)):
        if key in WORDS:
            levels[key] = tuple(_choices(table, key, WORDS[key]))
        elif key in COUNTS:
            low, high = COUNTS[key]
            levels[key] = tuple(int(one) for one in _numbers(table, key, low=low, high=high, whole=True))
        else:
            low, high = NUMBERS[key]
            levels[key] = tuple(float(one) for one in _numbers(table, key, low=low, high=high))
    return Factors(**levels)


def _refuse_empty(experiment: Experiment, path: Path) -> Experiment:
    """The experiment, unless none of its combinations exists."""
    if experiment.cells():
        return experiment
    raise PlanError(
        f'{path}: no combination of these levels exists. queue_type = "quorum" needs broker = "rabbitmq"; '
        'stack = "compose" needs database = "postgres", a broker of its own and broker_delay_s = 0.'
    )


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise PlanError(f"unknown key {where}{key}; the nearest valid one is {where}{near}.")


def _value(table: Mapping[str, Any], key: str) -> Any:
    if key not in table:
        raise PlanError(f"the key {key} is missing.")
    return table[key]


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = _value(table, key)
    if not isinstance(value, dict):
        raise PlanError(f"{key} must be a table, written [{key}].")
    return value


def _text(table: Mapping[str, Any], key: str) -> str:
    value = _value(table, key)
    if not isinstance(value, str) or not value.strip():
        raise PlanError(f"{key} must be a text in quotes.")
    return value


def _switch(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise PlanError(f"{key} = {value!r} must be true or false.")
    return value


def _name(table: Mapping[str, Any]) -> str:
    name = _text(table, "name")
    if not name.replace("-", "").replace("_", "").isalnum():
        raise PlanError(f'name = "{name}" must be made of letters, digits, - and _: a folder gets that name.')
    return name


def _number(table: Mapping[str, Any], key: str, *, low: float, high: float, whole: bool = False) -> float:
    return _checked(_value(table, key), key, low=low, high=high, whole=whole)


def _numbers(table: Mapping[str, Any], key: str, *, low: float, high: float, whole: bool = False) -> list[float]:
    return [_checked(one, key, low=low, high=high, whole=whole) for one in _list(table, key)]


def _checked(value: Any, key: str, *, low: float, high: float, whole: bool) -> float:
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        raise PlanError(f"{key} = {value!r} must be a {'whole ' if whole else ''}number from {low:g} to {high:g}.")
    return value


def _choices(table: Mapping[str, Any], key: str, valid: tuple[str, ...]) -> list[str]:
    values = _list(table, key)
    for value in values:
        if value not in valid:
            raise PlanError(f"{key} = {value!r} is not one of {', '.join(valid)}.")
    return [str(value) for value in values]


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    value = _value(table, key)
    values = value if isinstance(value, list) else [value]
    if not values or any(values.count(one) > 1 for one in values):
        raise PlanError(f"{key} = {value!r} must name one or more levels, each once.")
    return values
