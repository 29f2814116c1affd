"""The last calibration of this machine, kept for every experiment that is measured on it."""

import json
from pathlib import Path
from typing import Any

from loadtests.machine.provenance import code_hash, machine
from loadtests.stack.stack_file import BY_HAND

STORED = BY_HAND / "calibration.json"


def whose() -> dict[str, Any]:
    """What a calibration holds for: this machine, and the code that measures on it."""
    return {"machine": machine(), "code_sha256": code_hash()}


def last_calibration(stored: Path = STORED) -> dict[str, Any] | None:
    """The calibration of this machine with this code; None if there is none."""
    try:
        kept: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if whose().items() <= kept.items() else None
