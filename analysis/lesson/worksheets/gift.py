"""The quiz in the GIFT format, which Moodle imports."""

from collections.abc import Sequence
from html import escape

from analysis.lesson.content.measured import Measured
from analysis.lesson.worksheets.quiz import Choice, Question, read_questions

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
    see = f"See it: {question.command}. Look at {question.look}."
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
