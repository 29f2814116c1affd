"""Who holds the pictures that are not finished when a trial ends. Pure."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data.model import Trial

#: Work that started at most this long before the end may still be going on; what started before has died.
STILL_AT_WORK_S = 10.0


def left(trial: Trial, what: str) -> int:
    """Messages that the broker held at the end, `waiting` or `unacked`; 0 where there is none."""
    return int(_account(trial).get(what) or 0)


def lost_pictures(trial: Trial, unfinished: pd.DataFrame) -> int:
    """How many of a trial's accepted and unfinished pictures neither broker nor worker holds [pictures].

    unfinished: their rows, with `id`, `state` and `started_at`; one without a state has no row at the server any more.
    By ids where the broker shows its messages, otherwise by counts.
    """
    known = unfinished[unfinished["state"].notna()]
    return len(unfinished) - len(known) + _lost_messages(trial, known)


def _lost_messages(trial: Trial, unfinished: pd.DataFrame) -> int:
    """How many of the pictures that the server still wants to work on neither broker nor worker holds."""
    if trial.info.get("events"):
        return _lost_after_events(trial, unfinished)
    at_work, account = without_message(trial, unfinished), _account(trial)
    held = left(trial, "waiting") + left(trial, "unacked") if account else trial.broker_remaining or 0
    by_counts = len(unfinished) - held - at_work
    if "missing" not in account:
        return max(0, by_counts)
    if account["missing_ids"] is None:
        return max(0, min(len(unfinished), int(account["missing"]) - at_work))
    missing = unfinished[unfinished["id"].isin(account["missing_ids"])]
    # The counts are those of one check, which may fall into a hand-over.
    return max(len(missing) - without_message(trial, missing), by_counts - most_handed_over(trial), 0)


def stuck_pictures(trial: Trial, unfinished: pd.DataFrame) -> int:
    """How many of the lost ones the broker counts as in the hands of a worker that has died."""
    if (ids := _account(trial).get("unacked_ids")) is None:
        return min(lost_pictures(trial, unfinished), left(trial, "unacked"))
    return int(_dead(trial, unfinished)["id"].isin(ids).sum()) if trial.info.get("events") else 0


def most_handed_over(trial: Trial) -> int:
    """The most messages that are on their way from a Redis list to a worker, and counted nowhere [messages].

    Kombu has one BRPOP open for each worker node and sends the next one when it has written down what the last one
    brought. A local stack has one node, elsewhere each worker may be one. RabbitMQ counts a message in one place only.
    """
    if trial.cell.mode == "sync" or trial.cell.broker == "rabbitmq":
        return 0
    return 1 if trial.cell.stack == "local" else trial.cell.workers


def incomplete(trial: Trial) -> int:
    """How many ready pictures lack a file; 0 where the files cannot be seen."""
    return int((trial.info.get("files") or {}).get("incomplete", 0))


def without_message(trial: Trial, unfinished: pd.DataFrame) -> int:
    """How many unfinished pictures are being worked on although the broker holds no message of theirs: as Celery
    comes it is removed when the work starts, and the safe queue keeps it until the work has ended."""
    if trial.cell.profile != "defaults":
        return 0
    # Nothing has died here, and there is no time limit: however long ago work on it started, a worker has it.
    return min(int((unfinished["state"] == "processing").sum()), trial.cell.workers)


def _account(trial: Trial) -> Mapping[str, Any]:
    return trial.info.get("broker_remaining") or {}


def _lost_after_events(trial: Trial, unfinished: pd.DataFrame) -> int:
    """What does not wait and was not started a moment ago: the hands that had the rest may be dead."""
    if _account(trial).get("missing_ids") is None:
        begun = int(_begun_just_now(trial, unfinished).sum())
        return max(0, len(unfinished) - begun - left(trial, "waiting"))
    return len(_dead(trial, unfinished))


def _dead(trial: Trial, unfinished: pd.DataFrame) -> pd.DataFrame:
    """Those whose message is missing or in somebody's hands, and that were not started a moment ago."""
    account = _account(trial)
    taken = unfinished["id"].isin([*account["missing_ids"], *account["unacked_ids"]])
    return unfinished[taken & ~_begun_just_now(trial, unfinished)]


def _begun_just_now(trial: Trial, unfinished: pd.DataFrame) -> pd.Series:
    """Which unfinished pictures somebody may still be working on."""
    until = trial.info.get("phases", {}).get("collected_at", float("inf"))
    return unfinished["started_at"].gt(float(until) - STILL_AT_WORK_S)
