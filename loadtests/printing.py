"""Lets a command print whatever the terminal can show, and ends no command that has done its work."""

import os
import sys
from io import TextIOWrapper


def print_anything() -> None:
    """Make the standard streams take every character; one that a terminal cannot show becomes a question mark. Files
    and pipes get UTF-8 unless PYTHONIOENCODING names another.

    To be called once, where a command begins.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            named = stream.isatty() or "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=stream.encoding if named else "utf-8", errors="replace")
