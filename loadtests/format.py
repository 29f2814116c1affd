"""How counts read for people, and how commands print whatever the terminal can show."""

import os
import sys
from io import TextIOWrapper


def amount(count: int, what: str) -> str:
    """A count with its noun, such as `1 trial` or `3 trials`; what ends in a hiss takes `es`."""
    plural = f"{what}es" if what.endswith(("s", "x", "z", "ch", "sh")) else f"{what}s"
    return f"{count} {what if count == 1 else plural}"


def are(count: int) -> str:
    """The verb behind a count."""
    return "is" if count == 1 else "are"


def print_anything() -> None:
    """Make the standard streams take every character; one that a terminal cannot show becomes a question mark. Files
    and pipes get UTF-8 unless PYTHONIOENCODING names another.

    To be called once, where a command begins.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            named = stream.isatty() or "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=stream.encoding if named else "utf-8", errors="replace")
