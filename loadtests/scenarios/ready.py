"""When the pictures became ready, asked of the app in bulk."""

import csv
import io
import logging
from uuid import UUID

from loadtests.errors import StackError
from loadtests.stack.app_client import get
from loadtests.stack.stack_file import StackInfo

#: How far a question reaches back, so that a row committed late is not missed.
OVERLAP_S = 1.0


class ReadyWatch:
    """Asks which pictures of one trial are finished, the later ones each time."""

    def __init__(self, info: StackInfo, trial: str) -> None:
        self._info = info
        self._trial = trial
        self._since = 0.0

    def ask(self) -> list[tuple[UUID, float, str]]:
        """Id, time in Unix seconds and state of each picture finished since the last time, or just before it."""
        try:
            text = get(
                f"{self._info.control_url}/pictures.csv",
                token=self._info.token,
                trial=self._trial,
                finished_since=f"{self._since:.6f}",
            ).decode()
        except StackError as error:
            # The record is fetched once more after the load; a question that fails here only delays the display.
            logging.warning("%s", error)
            return []
        rows = [(UUID(row["id"]), float(row["finished_at"]), row["state"]) for row in csv.DictReader(io.StringIO(text))]
        self._since = max([self._since, *(at - OVERLAP_S for _, at, _ in rows)])
        return rows
