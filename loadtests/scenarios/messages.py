"""What a Locust master and its load workers tell each other about a trial, in plain values that arrive unchanged."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from loadtests.scenarios.upload_client import Request
from loadtests.workload.payloads import Payload

#: From the master: get ready for a trial; its load has ended, report; nobody wants a report any more.
PREPARE, FINISH, LET_GO = "queuelab_prepare", "queuelab_finish", "queuelab_let_go"

#: From a worker: ready; its planned requests and CPU samples, or why there are none.
PREPARED, REPORT = "queuelab_prepared", "queuelab_report"


def to_row(request: Request) -> list[Any]:
    """A request as a message carries it; a float keeps every bit on its way."""
    stamps = (request.due_at, request.sent_at, request.answered_at)
    return [str(request.id), request.payload.picture, *stamps, request.status, request.error]


def from_row(row: list[Any], pictures: Mapping[str, Payload]) -> Request:
    id_, picture, due_at, sent_at, answered_at, status, error = row
    return Request(UUID(id_), due_at, pictures[picture], sent_at, answered_at, status, error)
