"""Which errors of an upload are the load generator's own: its limits say nothing about the server."""

import errno
import socket

from geventhttpclient.response import HTTPParseError

#: How the error of a request begins that the load generator has failed by itself.
CLIENT = "client: "

UNKNOWN_HOST = "unknown host"
OUT_OF_MEMORY = "out of memory"

#: The words that requests.csv keeps of an error of the system.
LIMITS = {
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files on this machine",
    errno.EADDRNOTAVAIL: "no free port",
    errno.ENOBUFS: "no buffer space",
    errno.ENOMEM: OUT_OF_MEMORY,
    errno.EACCES: "not permitted",
    errno.EPERM: "not permitted",
    errno.ENETDOWN: "no network",
    errno.ENETUNREACH: "no network",
}


def told(error: Exception) -> str:
    """An error in the words of requests.csv."""
    limit = _limit(error)
    if limit:
        return f"{CLIENT}{limit}"
    what = f"{type(error).__name__}: {error}"
    # Nothing else comes from the network: it went wrong in this process.
    return what if isinstance(error, (OSError, HTTPParseError)) else f"{CLIENT}{what}"


def is_own(words: str) -> bool:
    """Whether such words tell of the load generator's own failure."""
    return words.startswith(CLIENT)


def _limit(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return UNKNOWN_HOST
    if isinstance(error, MemoryError):
        return OUT_OF_MEMORY
    return LIMITS.get(error.errno or 0, "") if isinstance(error, OSError) else ""
