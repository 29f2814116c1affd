"""Lets a command print whatever the terminal can show, and ends no command that has done its work."""

import codecs
import os
import sys
from io import TextIOWrapper

#: What stands for a character that a terminal cannot show; anything else becomes a question mark.
ALIKE = {"•": "*", "–": "-", "·": "-", "×": "x", "±": "+-", "→": "->", "…": "...", "°": "deg ", "“": '"', "”": '"'}
HANDLER = "queuelab.alike"


def print_anything() -> None:
    """Make the standard streams take every character; files and pipes get UTF-8 unless PYTHONIOENCODING names another.

    To be called once, where a command begins.
    """
    codecs.register_error(HANDLER, _alike)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            named = stream.isatty() or "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=stream.encoding if named else "utf-8", errors=HANDLER)


def _alike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(ALIKE.get(each, "?") for each in error.object[error.start : error.end]), error.end
