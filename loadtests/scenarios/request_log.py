"""Keeps every upload of a load process, and writes requests.csv."""

import csv
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import gevent

from loadtests.scenarios.observations import Phases
from loadtests.scenarios.upload_client import Request
from loadtests.workload.pictures import Payload

REQUEST_COLUMNS = ("id", "phase", "due_at", "sent_at", "answered_at", "status", "error", "picture")

#: From the master: get ready for a trial; its load has ended, report; nobody wants a report any more.
PREPARE, FINISH, RELEASE = "queuelab_prepare", "queuelab_finish", "queuelab_release"

#: From a worker: ready; its planned requests and CPU samples, or why there are none.
PREPARED, REPORT = "queuelab_prepared", "queuelab_report"


def to_row(request: Request) -> list[Any]:
    """A request as a message carries it; a float keeps every bit on its way."""
    stamps = (request.due_at, request.sent_at, request.answered_at)
    return [str(request.id), request.payload.picture, *stamps, request.status, request.error]


def from_row(row: list[Any], pictures: Mapping[str, Payload]) -> Request:
    id_, picture, due_at, sent_at, answered_at, status, error = row
    return Request(UUID(id_), due_at, pictures[picture], sent_at, answered_at, status, error)


class RequestLog:
    """What is pending grows with the backlog only: while it runs, a load of hours takes no more memory than one of
    minutes. To be closed when it was read."""

    def __init__(self, payloads: Sequence[Payload]) -> None:
        self.pending: dict[UUID, Request] = {}
        self._pictures = {payload.picture: payload for payload in payloads}
        # It has no name and goes with this process, however that ends.
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def close(self) -> None:
        self._file.close()

    def add(self, request: Request) -> None:
        self.pending[request.id] = request

    def flush_completed(self, done: Callable[[Request], bool]) -> None:
        """Move completed requests to disk."""
        for request in [one for one in self.pending.values() if done(one)]:
            self._file.write(json.dumps(to_row(request)) + "\n")
            del self.pending[request.id]
            # Whatever is due leaves first.
            gevent.sleep(0)

    def requests(self) -> list[Request]:
        """All of them, in no order."""
        self._file.seek(0)
        written = [from_row(json.loads(line), self._pictures) for line in self._file]
        return [*written, *self.pending.values()]


def write_requests(path: Path, requests: Sequence[Request], phases: Phases) -> None:
    """Write one row per planned request, sent or not."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(REQUEST_COLUMNS)
        for request in sorted(requests, key=lambda one: one.due_at):
            stamps = (_stamp(at) for at in (request.due_at, request.sent_at, request.answered_at))
            status = "" if request.status is None else request.status
            outcome = (*stamps, status, request.error, request.payload.picture)
            writer.writerow((request.id, phases.of(request.due_at), *outcome))


def _stamp(at: float | None) -> str:
    return "" if at is None else f"{at:.6f}"
