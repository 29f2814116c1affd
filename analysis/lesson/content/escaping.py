"""Words from files as they are, wherever in a text of Markdown they stand. Pure."""

import re

from markupsafe import Markup

#: What Markdown or HTML could give a meaning to inside a line, and line breaks, which could begin another block.
SPECIAL = re.compile(r"[!-*+<>\[-`{-~]|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def literal(value: object) -> Markup:
    """Text that stands for itself in Markdown, in a cell of a table as well; what is Markup already stays as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(SPECIAL.sub(lambda found: f"&#{ord(found[0])};" if found[0].strip() else " ", str(value)))
