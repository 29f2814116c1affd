"""Every upload of one load process: in memory while more is to be heard of it, then on the disk."""

import json
import tempfile
from collections.abc import Callable, Sequence
from uuid import UUID

import gevent

from loadtests.scenarios.messages import from_row, to_row
from loadtests.scenarios.upload_client import Request
from loadtests.workload.payloads import Payload


class Record:
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

    def put_away(self, done: Callable[[Request], bool]) -> None:
        """Write down those of which nothing more is to be heard."""
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
