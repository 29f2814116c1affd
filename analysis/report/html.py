"""Renders pages that are one file: templates, with the scripts and styles that they need."""

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from analysis.format import amount, verdict


def environment() -> Environment:
    """What every page is made with: `static` and `scripts` take files in, `policy` forbids all that is not in it."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("analysis"), PackageLoader("analysis.lesson")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static": static, "scripts": scripts, "policy": policy}
    made.filters |= {"pretty": _pretty, "compact": _compact, "verdict": verdict, "amount": amount}
    return made


def static(name: str) -> Markup:
    """A file of `analysis/static/` as it is."""
    return Markup((files("analysis") / "static" / name).read_text(encoding="utf-8"))


def scripts(*names: str) -> Markup:
    """Several scripts as one, whose names no other script of the page can see."""
    return Markup('(() => {{\n"use strict";\n{}}})();\n').format(Markup("").join(map(static, names)))


def policy(*allowed: str) -> str:
    """A content security policy under which nothing is fetched and no script runs but these, known by their hashes."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in allowed]
    sources = " ".join(f"'sha256-{each}'" for each in hashes)
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {sources}"


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _compact(value: Any) -> Markup:
    """JSON that may stand in a page."""
    return htmlsafe_json_dumps(value, dumps=json.dumps, separators=(",", ":"), allow_nan=False)


PLACE = "<!-- contents -->"
HEADING = re.compile(r'<h2(?: id="([^"]+)")?>(.+?)</h2>')


def with_contents(page: str) -> str:
    """The page with an id at each heading of the second level, and a link to each in place of the comment."""
    page = HEADING.sub(lambda found: f'<h2 id="{_id(found)}">{found[2]}</h2>', page)
    links = [f'<li><a href="#{found[1]}">{found[2]}</a></li>' for found in HEADING.finditer(page)]
    return page.replace(PLACE, "\n".join(links), 1)


def _id(found: re.Match[str]) -> str:
    """Its own one, or one made of its words that no chart has: a chart's id is its name."""
    return found[1] or f"part-{re.sub(r'[^a-z0-9]+', '-', found[2].lower()).strip('-')}"
