"""How commands print: whatever the terminal can show, and in one line why they end."""

import codecs
import errno
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


def failed(error: Exception) -> int:
    """Say in one line on stderr why a command ends; gives its exit code."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    where = getattr(error, "filename", None)
    why = f"the disk{f' of {where}' if where else ''} is full. Make room, then try again." if full else error
    print(f"analysis: {why}", file=sys.stderr)
    return 1


def _alike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(ALIKE.get(each, "?") for each in error.object[error.start : error.end]), error.end
