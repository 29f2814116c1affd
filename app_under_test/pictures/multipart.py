"""Multipart bodies whose file names are of any length and in any encoding: no name is ever used."""

import re
from typing import Any

from django.http import multipartparser

#: What stands above a part. Django reads a kilobyte, which a file name in Chinese may fill by itself.
MOST_HEAD_BYTES = 16 * 1024

_END_OF_HEAD = b"\r\n\r\n"
_DISPOSITION = re.compile(rb"^content-disposition:.*$", re.IGNORECASE | re.MULTILINE)
#: A name with something in it, quoted or not, or encoded as RFC 5987 has it. Empty, it says that no file was chosen.
_FILE_NAME = re.compile(rb'(;\s*)filename\*?\s*=(?!\s*"")\s*(?:"(?:\\.|[^"\\\r])*"|[^;\s][^;\r]*)', re.IGNORECASE)

_parse_part = multipartparser.parse_boundary_stream  # type: ignore[attr-defined]  # The stubs lack it.


def take_any_file_name() -> None:
    """Let Django's parser see the same name in place of every file's.

    Otherwise it refuses a part whose name is too long, and passes over one whose name it cannot decode, as if there
    were no file.
    """
    multipartparser.parse_boundary_stream = _parse_nameless_part  # type: ignore[attr-defined]


def _parse_nameless_part(stream: multipartparser.LazyStream, max_header_size: int) -> Any:
    start = stream.read(MOST_HEAD_BYTES)
    head, end, body = start.partition(_END_OF_HEAD)
    stream.unget(_DISPOSITION.sub(_without_name, head) + end + body if end else start)
    return _parse_part(stream, MOST_HEAD_BYTES)


def _without_name(disposition: "re.Match[bytes]") -> bytes:
    return _FILE_NAME.sub(rb"\1filename=file", disposition[0])
