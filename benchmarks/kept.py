"""Trials that a benchmark of many keeps on disk, so that the same command goes on from there."""

from pathlib import Path

from loadtests import results
from loadtests.machine import code_hash


def is_measured(folder: Path, name: str) -> bool:
    """Whether a trial is there, by the code as it is now; one of other code is let go."""
    if name not in results.finished_trials(folder):
        return False
    if results.read_record(folder / name).get("code_sha256") == code_hash():
        return True
    results.discard(folder, name)
    return False
