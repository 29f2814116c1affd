"""One step of the lesson, as both kinds of slides tell it. Pure."""

from dataclasses import dataclass

from analysis.tables import Table


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
