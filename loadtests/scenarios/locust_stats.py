"""Shows response and ready times in Locust's own table and charts."""

import csv
import io
import logging
from collections.abc import Mapping
from uuid import UUID

from locust.env import Environment

from loadtests.errors import StackError
from loadtests.scenarios.upload_client import Request
from loadtests.stack.app_client import get
from loadtests.stack.stack_file import StackInfo

#: How far a query reaches back, so that a row committed late is not missed.
OVERLAP_S = 1.0


class ReadyWatch:
    """Asks repeatedly which pictures of a trial have finished."""

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
            # The record is fetched once more after the load; a query that fails here only delays the display.
            logging.warning("%s", error)
            return []
        rows = [(UUID(row["id"]), float(row["finished_at"]), row["state"]) for row in csv.DictReader(io.StringIO(text))]
        self._since = max([self._since, *(at - OVERLAP_S for _, at, _ in rows)])
        return rows


class LocustStats:
    """One row for the answers and one for the pictures being ready; both clocks start at the due time.

    Locust adds up requests: its Aggregated row, its RPS and its charts. An upload is one request, so only its answer
    is reported as one, and the row of ready pictures is in no sum.
    """

    def __init__(self, environment: Environment, info: StackInfo, tag: str) -> None:
        self._environment = environment
        self._mode = info.mode
        self._ready = ReadyWatch(info, tag)

    def answered(self, request: Request) -> None:
        assert request.answered_at is not None, "shown only once it is answered"
        refused = None if request.accepted else RuntimeError(request.error or f"status {request.status}")
        self._environment.events.request.fire(
            request_type="POST",
            name=self._row("answered"),
            response_time=_since_due_ms(request, request.answered_at),
            response_length=0,
            exception=refused,
            context={},
        )
        if self._mode == "sync" and request.accepted:
            self._show_ready(request, request.answered_at)

    def ask_ready(self, requests: Mapping[UUID, Request]) -> None:
        """Ask which pictures are finished by now, all at once; in mode sync the answer has told it."""
        if self._mode == "sync":
            return
        for id_, finished_at, state in self._ready.ask():
            request = requests.get(id_)
            if request and not request.finished:
                request.finished = True
                if state == "ready":
                    self._show_ready(request, finished_at)

    def _show_ready(self, request: Request, at: float) -> None:
        """Log it in its own row and nowhere else; a load worker sends its rows and its sums to the master apart."""
        row = self._environment.stats.entries[self._row("picture ready"), "READY"]
        row.log(round(_since_due_ms(request, at)), 0)

    def _row(self, clock: str) -> str:
        return f"/pictures/{self._mode}/ {clock}"


def _since_due_ms(request: Request, at: float) -> float:
    return (at - request.due_at) * 1000
