"""Files that are there whole or not at all."""

import uuid
from pathlib import Path
from typing import IO

from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Writes beside the name and renames: a process that dies meanwhile leaves no half picture, and two that write
    the same name at once leave one of the two."""

    def _save(self, name: str, content: IO[bytes]) -> str:
        partial = f"{name}.{uuid.uuid4().hex}.partial"
        try:
            super()._save(partial, content)  # type: ignore[misc]  # Storages are told to override it; the stubs lack it.
            Path(self.path(partial)).replace(self.path(name))
        except OSError:
            self.delete(partial)
            raise
        return name
