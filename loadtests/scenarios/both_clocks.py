"""Shows both clocks in Locust's own table and charts while a test runs."""

from collections.abc import Mapping
from uuid import UUID

from locust.env import Environment

from loadtests.scenarios.ready import ReadyWatch
from loadtests.scenarios.upload import Request
from loadtests.stack.info import StackInfo


class BothClocks:
    """One row for the answers and one for the pictures being ready; both clocks start at the due time."""

    def __init__(self, environment: Environment, info: StackInfo, tag: str) -> None:
        self._environment = environment
        self._mode = info.mode
        self._ready = ReadyWatch(info, tag)

    def answered(self, request: Request) -> None:
        assert request.answered_at is not None, "shown only once it is answered"
        refused = None if request.accepted else RuntimeError(request.error or f"status {request.status}")
        self._show("POST", "answered", request, request.answered_at, refused)
        if self._mode == "sync" and request.accepted:
            self._show("READY", "picture ready", request, request.answered_at)

    def ask_ready(self, requests: Mapping[UUID, Request]) -> None:
        """Ask which pictures are finished by now, all at once; in mode sync the answer has told it."""
        if self._mode == "sync":
            return
        for id_, finished_at, state in self._ready.ask():
            request = requests.get(id_)
            if request and not request.finished:
                request.finished = True
                if state == "ready":
                    self._show("READY", "picture ready", request, finished_at)

    def _show(self, kind: str, clock: str, request: Request, at: float, exception: Exception | None = None) -> None:
        self._environment.events.request.fire(
            request_type=kind,
            name=f"/pictures/{self._mode}/ {clock}",
            response_time=(at - request.due_at) * 1000,
            response_length=0,
            exception=exception,
            context={},
        )
