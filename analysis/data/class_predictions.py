"""What a class predicted before the first trial: `predictions.json`, read strictly. Pure."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.errors import AnalysisError

SCHEMA = 1
GROWS = "inf"
#: The largest number of each kind that anybody may mean.
MOST_RATE, MOST_S, MOST_WORKERS = 10_000.0, 86_400.0, 256
KEYS = ("schema", "throughput", "ready_s", "response_s")
MODES = ("sync", "queue")


@dataclass(frozen=True, kw_only=True)
class Guess:
    """`throughput` [pictures/s] and median `ready_s` [s] in queue mode by number of workers; `response_s` [s], the
    median wait for an answer with the fewest workers, by mode. A time is infinite where it is to grow without limit.

    `sealed_at` and `sha256` tell when and as what it was kept; both are empty before.
    """

    throughput: Mapping[int, float]
    ready_s: Mapping[int, float]
    response_s: Mapping[str, float]
    sealed_at: str = ""
    sha256: str = ""


def parse_guess(text: str, *, sealed_at: str = "", sha256: str = "") -> Guess:
    """The guess in the text of a file; raises a sentence for anything else."""
    content = _object(text)
    if unknown := [key for key in content if key not in KEYS]:
        raise _refusal(f"it has the unknown key {unknown[0]!r}; known are {', '.join(KEYS)}")
    if content.get("schema") != SCHEMA:
        raise _refusal(f"its schema is {content.get('schema')!r} instead of {SCHEMA}")
    guess = Guess(
        throughput=_by_workers(content, "throughput", MOST_RATE, may_grow=False),
        ready_s=_by_workers(content, "ready_s", MOST_S, may_grow=True),
        response_s=_by_mode(content),
        sealed_at=sealed_at,
        sha256=sha256,
    )
    if not (guess.throughput or guess.ready_s or guess.response_s):
        raise _refusal("it predicts nothing")
    return guess


def _object(text: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise _refusal("it is not JSON") from None
    if not isinstance(content, dict):
        raise _refusal("it is not a JSON object")
    return content


def _by_workers(content: Mapping[str, Any], key: str, most: float, *, may_grow: bool) -> dict[int, float]:
    values = {_workers(count, key): _value(value, key, most, may_grow) for count, value in _table(content, key).items()}
    return dict(sorted(values.items()))


def _by_mode(content: Mapping[str, Any]) -> dict[str, float]:
    table = _table(content, "response_s")
    if unknown := [mode for mode in table if mode not in MODES]:
        raise _refusal(f"response_s has {unknown[0]!r}, which is not one of {', '.join(MODES)}")
    return {mode: _value(table[mode], "response_s", MOST_S, True) for mode in MODES if mode in table}


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = content.get(key, {})
    if not isinstance(table, dict):
        raise _refusal(f"{key} is not a JSON object")
    return table


def _workers(count: str, key: str) -> int:
    # Not all that int() takes: "1_0" and digits of other scripts are numbers to it as well.
    if not re.fullmatch("[1-9][0-9]{0,2}", count) or int(count) > MOST_WORKERS:
        raise _refusal(f"{key} has {count!r} instead of a number of workers from 1 to {MOST_WORKERS}")
    return int(count)


def _value(value: Any, key: str, most: float, may_grow: bool) -> float:
    if may_grow and value == GROWS:
        return math.inf
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or not 0 <= value <= most:
        or_grows = f' or "{GROWS}"' if may_grow else ""
        raise _refusal(f"{key} has {value!r} instead of a number from 0 to {most:g}{or_grows}")
    return float(value)


def _refusal(why: str) -> AnalysisError:
    return AnalysisError(f"This is not a prediction: {why}. Make one with predict.html.")
