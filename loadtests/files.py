"""Files that several processes use: locked by one at a time, and complete or not there at all."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtests.errors import QueuelabError

#: The end of the name of what is still being written; nobody takes such a file or folder for a result.
PARTIAL = ".partial"


@contextmanager
def complete(path: Path) -> Iterator[Path]:
    """Give another path to write to; the file gets its own name once the block ends without an error."""
    partial = path.with_name(path.name + PARTIAL)
    yield partial
    partial.rename(path)


@contextmanager
def exclusive(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock file, which the system gives back however the process ends; raise with the refusal if it is held."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise QueuelabError(refusal) from None
        yield


def held(path: Path) -> bool:
    """Whether a living process holds a lock file."""
    try:
        with path.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
