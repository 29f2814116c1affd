"""Which files a stack holds that belong to no picture."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from loadtests.stack.client import get
from loadtests.stack.info import StackInfo


def files_left(info: StackInfo) -> dict[str, Any]:
    """How many files a local stack's storage holds, of pictures, of none, and half written."""
    rows = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0).decode().splitlines()
    media = Path(info.directory) / "media"
    files = [path.relative_to(media).parts for path in media.rglob("*") if path.is_file()]
    return sorted_out(files, {row["id"] for row in csv.DictReader(rows)})


def sorted_out(files: Iterable[tuple[str, ...]], ids: set[str]) -> dict[str, int]:
    """How many files are whose, each given by the parts of its path: originals/ID, pictures/ID/VARIANT, partial/ANY."""
    counts = {"of_pictures": 0, "of_none": 0, "half_written": 0}
    for folder, *rest in files:
        if folder == "partial":
            counts["half_written"] += 1
        else:
            counts["of_pictures" if rest and rest[0] in ids else "of_none"] += 1
    return counts
