"""Takes values out of a parsed plan, each checked, with the key in every complaint. Pure."""

import difflib
from collections.abc import Mapping
from typing import Any

from loadtests.errors import PlanError


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
