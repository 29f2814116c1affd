"""Which files a stack holds that belong to no picture, and which pictures lack one."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from loadtests.stack.app_client import get
from loadtests.stack.stack_file import StackInfo

#: What a ready picture has: a large, a medium and a small one.
VARIANTS = 3


def files_left(info: StackInfo) -> dict[str, Any]:
    """How many files a local stack's storage holds, and how many ready pictures are not there whole."""
    rows = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0).decode().splitlines()
    media = Path(info.directory) / "media"
    files = [path.relative_to(media).parts for path in media.rglob("*") if path.is_file()]
    return sorted_out(files, {row["id"]: row["state"] for row in csv.DictReader(rows)})


def sorted_out(files: Iterable[tuple[str, ...]], states: Mapping[str, str]) -> dict[str, int]:
    """How many files are whose, each given by the parts of its path: originals/ID, pictures/ID/VARIANT, partial/ANY.

    states: that of each picture by its id. incomplete counts the ready ones that lack a variant.
    """
    counts = {"of_pictures": 0, "of_none": 0, "half_written": 0}
    variants: Counter[str] = Counter()
    for folder, *rest in files:
        variants.update(rest[:1] if folder == "pictures" else ())
        if folder == "partial":
            counts["half_written"] += 1
        else:
            counts["of_pictures" if rest and rest[0] in states else "of_none"] += 1
    ready = (name for name, state in states.items() if state == "ready")
    return counts | {"incomplete": sum(variants[name] < VARIANTS for name in ready)}
