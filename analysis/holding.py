"""Who holds the pictures that are not finished when a trial ends. Pure."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.experiment import Trial

#: Work that was begun at most this long before the end may still be going on; what was begun before has died.
STILL_AT_WORK_S = 10.0


def left(trial: Trial, what: str) -> int:
    """Messages that the broker held at the end, `waiting` or `in_hand`; 0 where there is none."""
    found: Mapping[str, Any] = trial.info.get("broker_left") or {}
    return int(found.get(what) or 0)


def incomplete(trial: Trial) -> int:
    """How many ready pictures lack a file; 0 where the files cannot be seen."""
    return int((trial.info.get("files") or {}).get("incomplete", 0))


def begun_just_now(trial: Trial, unfinished: pd.DataFrame) -> int:
    """How many of some unfinished pictures somebody may still be working on."""
    until = trial.info.get("phases", {}).get("collected_at", float("inf"))
    return int((unfinished["started_at"] > until - STILL_AT_WORK_S).sum())


def without_message(trial: Trial, unfinished: pd.DataFrame) -> int:
    """How many unfinished pictures are being worked on although the broker holds no message of theirs: as Celery
    comes it is removed when the work begins, and the safe queue keeps it until the work has ended."""
    if trial.cell.profile != "defaults":
        return 0
    # Nothing has died here, and there is no time limit: however long ago it was begun, a worker has it.
    return min(int((unfinished["state"] == "processing").sum()), trial.cell.workers)
