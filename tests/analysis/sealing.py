"""A guess in an experiment's folder, sealed as the harness seals it."""

import hashlib
import json
from pathlib import Path
from typing import Any

GUESSED: dict[str, Any] = {
    "schema": 1,
    "throughput": {"1": 4, "2": 8, "4": 16, "8": 32},
    "ready_s": {"1": 30, "2": "inf", "4": 0.3, "8": 0.3},
    "response_s": {"sync": "inf", "queue": 0.5},
}


def sealed(folder: Path, guessed: dict[str, Any] = GUESSED) -> Path:
    """An experiment in whose folder a guess was sealed."""
    content = json.dumps(guessed).encode()
    (folder / "predictions.json").write_bytes(content)
    head = json.loads((folder / "experiment.json").read_text())
    head["predictions"] = {"sha256": hashlib.sha256(content).hexdigest(), "sealed_at": "2026-11-25T10:00:00+00:00"}
    (folder / "experiment.json").write_text(json.dumps(head))
    return folder
