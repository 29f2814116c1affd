"""One step of the lesson, as both kinds of slides tell it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from analysis.tables.summary import Table


@dataclass(frozen=True, kw_only=True)
class Way:
    """The parts to which an upload comes in one mode, in their order; the second one gives the user the answer."""

    mode: str
    parts: tuple[str, ...]
    answer: str

    @property
    def told(self) -> str:
        return f"{self.mode}: {' → '.join(self.parts)}. Answer: {self.answer}."


@dataclass(frozen=True, kw_only=True)
class Slide:
    """What stands on the wall at once, and what is revealed after the class has predicted it.

    `words` stand there from the beginning. Then come, one by one, what was `expected` from the work alone, and the
    answer: a chart, by its name, or a table under the sentence `answer`. `until` is the minute at which it ends.
    """

    name: str
    title: str
    until: int
    notes: tuple[str, ...]
    words: tuple[str, ...] = ()
    expected: str = ""
    chart: str = ""
    answer: str = ""
    table: Table | None = None
    code: str = ""
    ways: tuple[Way, ...] = ()

    @property
    def reveals(self) -> tuple[str, ...]:
        """What each press of the arrow key brings before the next slide comes."""
        shown = {"what is expected": self.expected, "the chart": self.chart, "the table": self.table}
        return tuple(what for what, there in shown.items() if there)


def numbers_between(slides: Sequence[Slide], since: int, until: int) -> str:
    """The numbers of the slides that end after a minute and until another, with what they reveal.

    For example `4; 5 and 6: → what is expected, → the chart`; `none` where there is no such slide.
    """
    numbered = [(number, slide) for number, slide in enumerate(slides, start=1) if since < slide.until <= until]
    alike = groupby(numbered, key=lambda each: each[1].reveals)
    return "; ".join(_run([number for number, _ in run], reveals) for reveals, run in alike) or "none"


def _run(numbers: Sequence[int], reveals: Sequence[str]) -> str:
    """Numbers one after the other that reveal the same."""
    between = " and " if len(numbers) == 2 else " to "
    span = between.join(dict.fromkeys(map(str, (numbers[0], numbers[-1]))))
    return f"{span}: {', '.join(f'→ {what}' for what in reveals)}" if reveals else span
