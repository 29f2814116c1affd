"""Renders the pages of the lesson: templates, Markdown texts, and pictures inside the page."""

import base64
import itertools
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from analysis.lesson.content.material import SOURCES, Measured
from analysis.lesson.content.numbers import literal, words
from analysis.report.html import environment

#: So many letters of code a phone shows beside each other.
LINE_OF_A_PHONE = 30
FOLDER = Path(__file__).parents[1]
#: Drawn beside the lesson's texts, so that both show the same.
DIAGRAM = SOURCES / "diagram.svg"


def render(template: str, **what: object) -> str:
    """A page as text."""
    pages = environment()
    pages.filters |= {"whole_words": whole_words, "with_code": with_code}
    return pages.get_template(template).render(**what)


def whole_words(code: str) -> Markup:
    """Code in which no word is broken: who types `--only` from two lines gets it wrong."""
    return Markup(re.sub(r"\S+", lambda word: f'<span class="{_kind(word[0])}">{word[0]}</span>', str(escape(code))))


#: Code inside a sentence.
CODE = re.compile("`([^`]+)`")


def with_code(sentence: str) -> Markup:
    """A sentence in which what stands between backticks is code."""
    parts = CODE.split(sentence)
    return Markup("").join(
        Markup("<code>{}</code>").format(whole_words(part)) if n % 2 else part for n, part in enumerate(parts)
    )


def without_marks(sentence: str) -> str:
    """The same where there is no markup."""
    return CODE.sub(r"\1", sentence)


def _kind(word: str) -> str:
    return "long word" if len(unescape(word)) > LINE_OF_A_PHONE else "word"


def picture(svg: bytes) -> str:
    """A drawing as a data URL."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def diagram() -> str:
    """The diagram of the lesson as a data URL; empty where the documents are not there."""
    return picture(DIAGRAM.read_bytes()) if DIAGRAM.exists() else ""


def diagram_in_words() -> str:
    """What the drawing says that it shows; empty where the documents are not there."""
    found = re.search(r"<desc[^>]*>(.*?)</desc>", DIAGRAM.read_text(encoding="utf-8")) if DIAGRAM.exists() else None
    return unescape(found[1]) if found else ""


def vendored(name: str) -> Markup:
    """A file of reveal.js as it is, to stand in a page."""
    return Markup((FOLDER / "vendor" / "reveal" / name).read_text(encoding="utf-8"))


#: A link to the repository, where a page may not lie.
ELSEWHERE = re.compile(r"\[([^\]]+)\]\(\.\./[^)]+\)")

#: The texts in docs/lesson/ that `make lesson` makes pages of, by their names without suffix.
TEXTS = ("notes", "exercises", "django")


def render_text(name: str, measured: Measured, folder: Path = SOURCES) -> str:
    """One text as a page of its own."""
    filled = fill((folder / f"{name}.md").read_text(encoding="utf-8"), measured)
    return render("text.html", title=_title(filled), body=Markup(as_html(filled)))


def fill(text: str, measured: Measured) -> str:
    """The Markdown with its numbers in it; what comes from the files cannot become markup."""
    sandbox = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, finalize=literal, keep_trailing_newline=True
    )
    return sandbox.from_string(text).render(words(measured))


def as_html(text: str) -> str:
    """Markdown as HTML; tables scroll sideways on a phone, and links between the texts lead to their pages."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    counted = itertools.count(1)
    reader.add_render_rule("table_open", lambda *_: _table_open(next(counted)))
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("code_inline", lambda _, tokens, at, *__: f"<code>{whole_words(tokens[at].content)}</code>")
    # A block can be scrolled by keyboard, as a table can.
    reader.add_render_rule(
        "fence", lambda _, tokens, at, *__: f'<pre tabindex="0"><code>{whole_words(tokens[at].content)}</code></pre>\n'
    )
    return str(reader.render(ELSEWHERE.sub(r"\1", text)))


def _table_open(number: int) -> str:
    return f'<div class="wide" tabindex="0" role="region" aria-label="Table {number}"><table>\n'


def _link_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, _environment: Any) -> str:
    address = str(tokens[index].attrs["href"])
    stem = address.removesuffix(".md")
    tokens[index].attrs["href"] = f"{stem}.html" if stem in TEXTS else address
    return str(renderer.renderToken(tokens, index, options, _environment))


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")
