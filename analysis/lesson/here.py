"""What the preflight expects on this machine, for the teacher's notes."""

import json
from pathlib import Path

import pandas as pd

from analysis.data.reader import PREDICTION
from analysis.lesson.content.expectations import expected_throughput, expected_wait
from analysis.models.predictions import PREDICTED

#: The folder beside an experiment's in which the preflight leaves what it saw.
FOLDER = "preflight"


def expected_here(results: Path) -> tuple[str, ...]:
    """Sentences with the numbers, and when they were made; none where there was no preflight."""
    folder = results / FOLDER
    if not (folder / PREDICTION).exists():
        return ()
    cells = pd.read_csv(folder / PREDICTION).rename(columns={name: f"predicted_{name}" for name in PREDICTED})
    checked_at = json.loads((folder / "preflight.json").read_text(encoding="utf-8"))["checked_at"]
    told = [expected_throughput(cells), expected_wait(cells, "queue").replace("Expected", "Ready time expected")]
    return (f"Preflight of this machine, {checked_at}.", *(f"{sentence}." for sentence in told))
