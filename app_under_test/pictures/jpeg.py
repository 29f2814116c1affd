"""JPEG files that lack nothing but their end mark."""

import re
from itertools import islice

END = b"\xff\xd9"
#: Markers but those that stand between entropy-coded data: a stuffed zero, a fill byte or a restart.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_PROGRESSIVE, _SCAN = b"\xff\xc2", b"\xda"
#: Far more than an encoder writes; reading on would take time that a damaged file is not worth.
_MOST_MARKERS = 10_000
_EVERY_COEFFICIENT = frozenset(range(64))
_RUBBISH = b"\xaa" * 64
#: Rubbish for each place where a decoder may go on reading: at once, or behind the restart marker that it looks for.
_FILLING = _RUBBISH + b"".join(bytes((0xFF, 0xD0 + number)) + _RUBBISH for number in range(8))


def ended(file: bytes) -> tuple[bytes, ...]:
    """Two files that decode to the same pixels if this one lacks its end mark alone; none if it lacks something else.

    A decoder that lacks data puts in something of its own without a word. So one file ends where this one does, and
    in the other one rubbish comes first, which only a decoder that still needs data takes.
    """
    cut = file.rstrip(b"\xff")
    if cut.endswith(END) or (_PROGRESSIVE in cut and not _has_all_scans(cut)):
        return ()
    return cut + END, cut + _FILLING + END


def _has_all_scans(file: bytes) -> bool:
    """Whether a progressive file has the last bit of every coefficient of every component."""
    given: dict[int, set[int]] = {}
    for marker in islice(_MARKER.finditer(file, file.find(_PROGRESSIVE)), _MOST_MARKERS):
        if marker[1] != _SCAN:
            continue
        # Behind the marker and a length: how many components, two bytes of each, then what is given of them.
        at = marker.end() + 3
        about = file[at : at + 2 * file[at - 1] + 3] if at <= len(file) else b""
        *components, first, last, bits = about.rjust(3, b"\1")
        for component in components[::2]:
            given.setdefault(component, set()).update(range(first, last + 1) if bits & 0x0F == 0 else ())
    return bool(given) and all(each >= _EVERY_COEFFICIENT for each in given.values())
