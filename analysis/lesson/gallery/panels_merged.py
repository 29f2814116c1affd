"""What the two sides of a pair in the gallery hold. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; `mode` gives its colour, `words` stand above it."""

    label: str
    value: float
    words: str
    mode: str


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars on an axis that begins at `start`; `line` is a name and a height."""

    bars: tuple[Bar, ...]
    axis: str
    start: float = 0.0
    below: str = ""
    line: tuple[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Dots:
    """One dot an upload: when it was due and how long it waited [s]; an infinite wait had no end."""

    since_s: tuple[float, ...]
    values: tuple[float, ...]
    axis: str
    mode: str
    lines: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Which share of `of` uploads was ready within a time; `times_s` of those that were, ascending."""

    times_s: tuple[float, ...]
    of: int
    mode: str
    axis: str


Panel = Bars | Dots | Steps


@dataclass(frozen=True, kw_only=True)
class Lie:
    """One way to mislead: `hides` says in numbers what it leaves out, `how` where both sides come from."""

    name: str
    title: str
    hides: str
    how: str
    shown: Panel
    honest: Panel
