"""What takes long to make is made once in a run of the tests, by whichever of its processes asks first."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


class Shelf:
    """Folders on the disk that all processes of one run share: whoever takes one only reads it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(exist_ok=True)

    def folder(self, make: Callable[..., object], *arguments: object) -> Path:
        """What `make(folder, *arguments)` writes into a folder, known by its maker and by what it was made of."""
        made_of = hashlib.sha256(repr(arguments).encode()).hexdigest()[:16]
        place = self._root / f"{make.__module__}.{make.__qualname__}-{made_of}"
        with place.with_name(f"{place.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = place / "done"
            if not done.exists():
                # A maker that failed halfway is to fail by its own error again, not by what it left behind.
                shutil.rmtree(place, ignore_errors=True)
                make(place / "demo", *arguments)
                done.touch()
        return place / "demo"


def shelf_of_the_run(factory: pytest.TempPathFactory) -> Shelf:
    """The same for each process of a run: those of xdist have folders of their own in one of the run."""
    base = factory.getbasetemp()
    return Shelf((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once")
