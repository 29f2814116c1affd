"""Stores files completely or not at all."""

import contextlib
import time
import uuid
from pathlib import Path
from typing import IO

from django.core.files.storage import FileSystemStorage

#: Where files are written before they get their names.
PARTIAL = "partial"


class WholeFileStorage(FileSystemStorage):
    """Writes elsewhere and renames: a process that dies meanwhile leaves no half picture, and two that write the same
    name at once leave one of the two."""

    def _save(self, name: str, content: IO[bytes]) -> str:
        partial, whole = f"{PARTIAL}/{uuid.uuid4().hex}", Path(self.path(name))
        try:
            super()._save(partial, content)  # type: ignore[misc]  # Storages are told to override it; the stubs lack it.
            whole.parent.mkdir(parents=True, exist_ok=True)
            Path(self.path(partial)).replace(whole)
        except OSError:
            self.delete(partial)
            raise
        return name

    def remove_abandoned(self, age_s: float) -> int:
        """Remove files that dead processes left half-written this long ago; return how many."""
        before, removed = time.time() - age_s, 0
        for path in Path(self.path(PARTIAL)).glob("*"):
            # It may have got its name since it was found.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed
