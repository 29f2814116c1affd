"""What must not have happened to the app meanwhile: memory that grows, files that belong to nobody, tracebacks."""

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

#: A process's memory at some times: [s] and bytes.
Samples = list[tuple[float, int]]

#: What a finished picture has beside its original.
VARIANTS = ("large", "medium", "small")

COMPLAINTS = ("Traceback (most recent call last)", "CRITICAL")


def sample_memory(samples: dict[str, Samples], pids: Mapping[str, int]) -> None:
    """Add the resident memory of each component's processes, of which some may have just ended."""
    for component, pid in pids.items():
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                entry = (time.monotonic(), process.memory_info().rss)
                samples.setdefault(f"{component} {process.pid}", []).append(entry)


def came_or_went(samples: Mapping[str, Samples]) -> list[str]:
    """Processes that were not there from the first sample to the last."""
    first, last = min(one[0][0] for one in samples.values()), max(one[-1][0] for one in samples.values())
    # All of one look are taken within a moment.
    return [name for name, one in samples.items() if one[0][0] - first > 1.0 or last - one[-1][0] > 1.0]


def strays(media: Path, rows: Iterable[Mapping[str, str]]) -> set[str]:
    """Files that no row has, and missing ones that a row should have."""
    found = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    wanted = {name for row in rows for name in _files(row)}
    return found ^ wanted


def _files(row: Mapping[str, str]) -> list[str]:
    variants = [f"pictures/{row['id']}/{name}.jpg" for name in VARIANTS] if row["state"] == "ready" else []
    return [f"originals/{row['id']}", *variants]


def complaints(logs: Sequence[Path]) -> list[str]:
    """Lines of the logs that tell of an error nobody expected."""
    return [
        f"{log.name}:{number}: {line}"
        for log in logs
        for number, line in enumerate(log.read_text(errors="replace").splitlines(), 1)
        if any(words in line for words in COMPLAINTS)
    ]
