"""The harness's exceptions. A failed request is a row in the data, never an exception."""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class QueuelabError(Exception):
    """Says in one sentence what is wrong, where, and what to do."""


class PlanError(QueuelabError):
    """A plan that cannot be run as it is written."""


class StackError(QueuelabError):
    """A stack that did not start, is not what was asked for, or did not stay up."""


class TrialError(QueuelabError):
    """A trial that could not be measured."""


FULL = (errno.ENOSPC, errno.EDQUOT)

#: Less room than this is none: what fails first may leave a little.
ROOM_BYTES = 1_000_000

WHAT_TO_DO = "Free some space, then run the same command again."


def reason(error: Exception) -> str:
    """Return an error's message; say so if the disk is full."""
    if not (isinstance(error, OSError) and error.errno in FULL):
        return str(error)
    return f"The disk{f' of {error.filename}' if error.filename else ''} is full. {WHAT_TO_DO}"


def refuse_full(*folders: Path) -> None:
    """Raise if there is no room to write in one of these folders; what else is wrong with it is not asked."""
    for folder in folders:
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(ROOM_BYTES))
        except OSError as error:
            if error.errno in FULL:
                raise QueuelabError(f"The disk of {folder} is full. {WHAT_TO_DO}") from None


@contextmanager
def report_full_disk(folder: Path) -> Iterator[None]:
    """Turn errors in this block into one about a full disk, if this folder or the temporary one is full."""
    try:
        yield
    except (QueuelabError, OSError):
        refuse_full(folder, Path(tempfile.gettempdir()))
        raise
