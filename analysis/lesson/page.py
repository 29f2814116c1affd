"""What every page of the lesson is made with: templates, and pictures inside the page, so that nothing is fetched."""

import base64
import re
from html import unescape
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis.report.html import policy

#: So many letters of code a phone shows beside each other.
LINE_OF_A_PHONE = 30
FOLDER = Path(__file__).parent
#: Drawn beside the lesson's texts, so that both show the same.
DIAGRAM = FOLDER.parents[1] / "docs" / "lesson" / "diagram.svg"


def render(template: str, **what: object) -> str:
    """A page as text."""
    environment = Environment(
        loader=PackageLoader("analysis.lesson"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["policy"] = policy
    environment.filters["whole_words"] = whole_words
    return environment.get_template(template).render(**what)


def whole_words(code: str) -> Markup:
    """Code in which no word is broken: who types `--only` from two lines gets it wrong."""
    return Markup(re.sub(r"\S+", lambda word: f'<span class="{_kind(word[0])}">{word[0]}</span>', str(escape(code))))


def _kind(word: str) -> str:
    return "long word" if len(unescape(word)) > LINE_OF_A_PHONE else "word"


def picture(svg: bytes) -> str:
    """A drawing as an address that holds the drawing itself."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def diagram() -> str:
    """The diagram of the lesson as such an address; empty where the documents are not there."""
    return picture(DIAGRAM.read_bytes()) if DIAGRAM.exists() else ""


def diagram_in_words() -> str:
    """What the drawing says that it shows; empty where the documents are not there."""
    found = re.search(r"<desc[^>]*>(.*?)</desc>", DIAGRAM.read_text(encoding="utf-8")) if DIAGRAM.exists() else None
    return unescape(found[1]) if found else ""


def vendored(name: str) -> Markup:
    """A file of reveal.js as it is, to stand in a page."""
    return Markup((FOLDER / "vendor" / "reveal" / name).read_text(encoding="utf-8"))
