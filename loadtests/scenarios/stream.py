"""What one user will send."""

from collections.abc import Iterator

from loadtests.scenarios.upload_client import Request


class Stream:
    """Requests in order of due time; the next one can be looked at before it is taken."""

    def __init__(self, requests: Iterator[Request]) -> None:
        self._requests = requests
        self.next = next(requests)
        #: When the user left, in Unix seconds; later requests were never meant to be sent.
        self.ended_at = float("inf")

    def take(self) -> Request:
        request, self.next = self.next, next(self._requests)
        return request

    def due_before(self, at: float) -> Iterator[Request]:
        """Take what was due before a time, and before the user left."""
        while self.next.due_at < min(at, self.ended_at):
            yield self.take()
