"""The contents of a page, made of its headings, so that they are there without a script."""

import re

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
