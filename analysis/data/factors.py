"""The conditions of a trial: what each is called, how its levels read and in which order they come. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from analysis.data.model import Cell

Levels = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """How one condition reads; `{}` stands for its level and `{s}` for the s of a plural.

    `name` is what is varied, `alone` one level that needs no heading, `short` one level in a sentence.
    """

    name: str
    alone: str
    short: str


CONDITIONS: Mapping[str, Condition] = {
    "workload": Condition(name="workload", alone="workload {}", short="{}"),
    "offered_rate": Condition(name="pictures/s offered", alone="{} pictures/s offered", short="{}/s"),
    "stack": Condition(name="stack", alone="stack of {}", short="{}"),
    "broker": Condition(name="broker", alone="broker {}", short="{}"),
    "queue_type": Condition(name="type of queue", alone="{} queues", short="{} queues"),
    "database": Condition(name="database", alone="database {}", short="{}"),
    "web_threads": Condition(
        name="threads per web process", alone="{} thread{s} per web process", short="{} web thread{s}"
    ),
    "prefetch": Condition(name="messages a worker may hold (prefetch)", alone="prefetch {}", short="prefetch {}"),
    "broker_delay_s": Condition(
        name="delay added each way to the broker",
        alone="{} added each way to the broker",
        short="{} broker delay",
    ),
    "append_only": Condition(name="append-only file", alone="append-only file {}", short="append-only file {}"),
    "profile": Condition(name="profile", alone="profile {}", short="profile {}"),
    "fault": Condition(name="fault", alone="fault {}", short="{}"),
}
MODE_AND_WORKERS: Mapping[str, Condition] = {
    "mode": Condition(name="mode", alone="mode {}", short="{}"),
    "workers": Condition(name="workers", alone="{} worker{s}", short="{} worker{s}"),
}
# These change how much work arrives, so their levels are shown apart and never compared.
LOAD = ("workload", "offered_rate")
# What differs where two experiments are compared: everything at once, so it is no condition.
EXPERIMENT = "experiment"
FACTORS = tuple(name for name in CONDITIONS if name not in LOAD)
# What mode sync never touches: between their levels it must not differ, which makes it a control.
OF_THE_BROKER = ("broker", "queue_type", "prefetch", "broker_delay_s", "append_only", "profile")
# What goes without saying unless it was varied.
QUIETLY_HELD = {"append_only": "no", "fault": "none"}
STACKS = {
    "local": "processes of one machine",
    "compose": "containers",
    "attached": "containers that somebody else started",
}
FIRST_LEVELS = {field.name: field.default for field in fields(Cell)} | {"mode": "sync"}


def conditions_of(cell: Cell) -> dict[str, Any]:
    """All conditions of a cell: everything but mode and workers."""
    return {name: getattr(cell, name) for name in CONDITIONS}


def rank(name: str, level: Any) -> tuple[bool, Any]:
    """Sorts the levels of one condition: the default first, then by size or alphabet."""
    return (level != FIRST_LEVELS.get(name), level)


def levels_of(cells: Iterable[Cell]) -> dict[str, list[Any]]:
    """The levels that were measured, in order, of mode, workers and every condition."""
    measured = list(cells)
    return {
        name: sorted({getattr(cell, name) for cell in measured}, key=lambda level: rank(name, level))
        for name in (*MODE_AND_WORKERS, *CONDITIONS)
    }


def varied(cells: Iterable[Cell]) -> tuple[str, ...]:
    """The conditions that were measured at more than one level; mode and workers are not among them."""
    found = levels_of(cells)
    return tuple(name for name in CONDITIONS if len(found[name]) > 1)


def short(name: str, level: Any) -> str:
    """One level as part of a sentence, such as `rabbitmq` or `4 web threads`; an experiment's is its name."""
    return str(level) if name == EXPERIMENT else _filled(CONDITIONS[name].short, name, level)


def named(levels: Levels, shown: Sequence[str]) -> list[str]:
    """The load and the levels of the other conditions to be shown, each so that it stands alone."""
    names = [name for name in CONDITIONS if name in LOAD or name in shown]
    return [_filled(CONDITIONS[name].alone, name, levels[name]) for name in names]


def prefix(levels: Levels, shown: Sequence[str]) -> str:
    """What a sentence about these levels begins with; empty if nothing need be told apart."""
    return f"{', '.join(short(name, levels[name]) for name in shown)}: " if shown else ""


def suffix(levels: Levels, shown: Sequence[str]) -> str:
    """What the name of a file about these levels ends with; safe in every file system."""
    parts = [short(name, levels[name]).removesuffix("/s") for name in shown]
    return "".join(f"-{re.sub('[^A-Za-z0-9.]+', '-', part).strip('-')}" for part in parts)


def varied_and_held(cells: Iterable[Cell]) -> tuple[str, str]:
    """Two sentences for the report: what was varied, and what was held the same."""
    levels = levels_of(cells)
    known = {**MODE_AND_WORKERS, **CONDITIONS}
    changed = [
        f"{known[name].name} ({', '.join(_text(name, level) for level in found)})"
        for name, found in levels.items()
        if len(found) > 1
    ]
    same = [
        _filled(known[name].alone, name, found[0])
        for name, found in levels.items()
        if len(found) == 1 and _matters(name, levels)
    ]
    return f"Varied: {', '.join(changed) or 'nothing'}.", f"Held: {', '.join(same) or 'nothing'}."


def _matters(name: str, levels: Mapping[str, list[Any]]) -> bool:
    """Whether a condition that was held could have made a difference to what was measured."""
    if name == "queue_type":
        return levels["broker"] != ["redis"] and "queue" in levels["mode"]
    if levels[name] == [QUIETLY_HELD.get(name)]:
        return False
    return name not in OF_THE_BROKER or "queue" in levels["mode"]


def _text(name: str, level: Any) -> str:
    if name == "broker_delay_s":
        return f"{1000 * level:g} ms"
    if name == "stack":
        return STACKS.get(level, str(level))
    return level if isinstance(level, str) else f"{level:g}"


def _filled(template: str, name: str, level: Any) -> str:
    text = _text(name, level)
    return template.format(text, s="" if text == "1" else "s")
