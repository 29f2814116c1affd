"""The lesson's texts as pages: Markdown whose double braces are filled with an experiment's numbers."""

import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from analysis.lesson.content.escaping import literal
from analysis.lesson.content.measured import SOURCES, Measured
from analysis.lesson.content.numbers import words
from analysis.lesson.page import render_text as page
from analysis.lesson.page import whole_words

#: A link to the repository, where a page may not lie.
ELSEWHERE = re.compile(r"\[([^\]]+)\]\(\.\./[^)]+\)")

#: The texts in docs/lesson/ that `make lesson` makes pages of, by their names without suffix.
TEXTS = ("notes", "exercises", "django")


def render_text(name: str, measured: Measured, folder: Path = SOURCES) -> str:
    """One text as a page of its own."""
    filled = fill((folder / f"{name}.md").read_text(encoding="utf-8"), measured)
    return page("text.html", title=_title(filled), body=Markup(as_html(filled)))


def fill(text: str, measured: Measured) -> str:
    """The Markdown with its numbers in it; what comes from the files cannot become markup."""
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, finalize=literal, keep_trailing_newline=True
    )
    return environment.from_string(text).render(words(measured))


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
