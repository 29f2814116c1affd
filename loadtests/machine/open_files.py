"""Limits of open files: how many a load process may have, and how many its load may need."""

import contextlib
import resource
import sys

#: What a load process has open beside the connections of its uploads.
OWN = 100

#: What macOS takes where the hard limit is none at all (its OPEN_MAX).
OPEN_MAX = 10_240


def most_open() -> int:
    """The limit that a load process started from here can raise its own to."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return OPEN_MAX if hard == resource.RLIM_INFINITY else hard


def raise_limit() -> int:
    """Raise the soft limit of this process to the hard one; returns what the system made of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most_open()
    if _number(soft) < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return _number(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def shortage(rate: float, length_s: float, limit: int) -> str:
    """A sentence if so many uploads per second for so long may need more open files than the limit; else empty.

    In an open model every upload that is due and not answered has a connection. How many these become is up to the
    server, so this is no reason to refuse a load.
    """
    waiting = round(rate * length_s)
    if waiting + OWN <= limit:
        return ""
    return (
        f"A load process may open {limit} files, but {waiting} uploads wait at once if the server answers none. "
        f"Uploads without a free file make the trial INVALID_CLIENT. Allow more (ulimit -n {waiting + OWN}) or offer "
        "less load."
    )


def _number(limit: int) -> int:
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit
