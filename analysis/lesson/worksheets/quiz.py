"""The quiz, filled with the class's own numbers: a page that needs no script, and the GIFT format for Moodle."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from analysis.errors import AnalysisError
from analysis.lesson.content.material import SOURCES, Measured
from analysis.lesson.content.numbers import words
from analysis.lesson.content.page import render as page
from analysis.lesson.content.page import without_marks

SOURCE = SOURCES / "quiz.toml"
LETTERS = "ABCDEF"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer to choose, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """A stem, its choices, and the trial that shows which is right: a command and where to look."""

    id: str
    stem: str
    choices: tuple[Choice, ...]
    command: str
    look: str

    @property
    def right(self) -> tuple[str, Choice]:
        """The letter of the right choice, and the choice."""
        return next((letter, choice) for letter, choice in zip(LETTERS, self.choices, strict=False) if choice.right)


def read_questions(measured: Measured, source: Path = SOURCE) -> list[Question]:
    """The questions that this experiment can answer, filled with its numbers."""
    known = words(measured)
    # Nothing is escaped here: a page and a GIFT file have rules of their own.
    plain = Environment(undefined=StrictUndefined, autoescape=False)
    asked = tomllib.loads(source.read_text(encoding="utf-8"))["question"]
    return [_question(each, plain, known) for each in asked if _is_asked(each, plain, known)]


def render(measured: Measured) -> str:
    """`quiz.html`: to click, or to print with or without the key."""
    return page("quiz.html", questions=read_questions(measured), letters=LETTERS, measured=measured)


def _is_asked(asked: Mapping[str, Any], plain: Environment, known: Mapping[str, Any]) -> bool:
    return bool(plain.compile_expression(asked.get("asked_if", "true"))(**known))


def _question(asked: Mapping[str, Any], plain: Environment, known: Mapping[str, Any]) -> Question:
    def filled(text: str) -> str:
        return plain.from_string(text).render(**known)

    choices = [
        Choice(**{**each, "text": filled(each["text"]), "why": filled(each["why"])}) for each in asked["choices"]
    ]
    if sum(choice.right for choice in choices) != 1 or len({choice.text for choice in choices}) < len(choices):
        raise AnalysisError(f"Question {asked['id']}: its choices must differ, and exactly one must be right.")
    return Question(
        id=asked["id"],
        stem=filled(asked["stem"]),
        choices=_shuffled(choices, asked["id"]),
        **asked["see"],
    )


def _shuffled(choices: list[Choice], seed: str) -> tuple[Choice, ...]:
    """The choices in a fixed order that does not betray the right one, which stands first in the file."""
    turn = sum(seed.encode()) % len(choices)
    return (*choices[turn:], *choices[:turn])


#: What GIFT gives a meaning to; the backslash first, or it would be escaped again.
SPECIAL = "\\~=#{}:"


def render_gift(measured: Measured) -> str:
    """`quiz.gift`: the questions of the page."""
    return gift(read_questions(measured))


def gift(questions: Sequence[Question]) -> str:
    """All questions of a category; https://docs.moodle.org/en/GIFT_format."""
    return "\n\n".join(["$CATEGORY: Queuelab", *map(_gift_question, questions)]) + "\n"


def escaped(text: str) -> str:
    """Text that stands for itself: as HTML, and with what GIFT gives a meaning to behind backslashes."""
    for letter in SPECIAL:
        # On one line: an empty line would end the question.
        text = text.replace(letter, f"\\{letter}")
    return escape(" ".join(text.split()), quote=False)


def _gift_question(question: Question) -> str:
    see = f"See it: {question.command}. Look at {without_marks(question.look)}."
    lines = [
        f"// {question.id}",
        f"::{escaped(question.id)}::[html]{escaped(question.stem)}{{",
        *(f"\t{_choice(choice)}" for choice in question.choices),
        f"\t####{escaped(see)}",
        "}",
    ]
    return "\n".join(lines)


def _choice(choice: Choice) -> str:
    return f"{'=' if choice.right else '~'}{escaped(choice.text)}#{escaped(choice.why)}"
