"""One upload by one user, who opens a connection of their own."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from geventhttpclient import HTTPClient
from geventhttpclient.response import HTTPParseError

from loadtests.clock import Clock
from loadtests.scenarios.payloads import Payload

#: A user who waits longer than this has gone; far beyond any trial, so that the trial's own limit decides.
PATIENCE_S = 3600.0


@dataclass(slots=True)
class Request:
    """One planned request and what became of it; stamps are Unix seconds, None until they happen."""

    id: UUID
    due_at: float
    payload: Payload
    sent_at: float | None = None
    answered_at: float | None = None
    status: int | None = None
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Door:
    """One of the app's two doors, for one trial."""

    def __init__(self, url: str, mode: str, trial: str, clock: Clock) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._trial = trial
        self._clock = clock
        self.path = f"/pictures/{mode}/"

    def send(self, request: Request) -> None:
        """Send the request now and fill in what became of it; a failure is data."""
        request.sent_at = self._clock.now()
        client = HTTPClient(self._host, self._port, connection_timeout=PATIENCE_S, network_timeout=PATIENCE_S)
        try:
            response = client.post(self.path, body=request.payload.body, headers=self._headers(request))
            body = response.read()
            request.answered_at = self._clock.now()
            request.status = response.status_code
            if not request.accepted:
                request.error = bytes(body[:200]).decode(errors="replace")
        except (OSError, HTTPParseError) as error:
            request.answered_at = self._clock.now()
            request.error = f"{type(error).__name__}: {error}"
        finally:
            client.close()

    def _headers(self, request: Request) -> dict[str, str]:
        return {
            "Content-Type": request.payload.content_type,
            "Idempotency-Key": str(request.id),
            "X-Trial": self._trial,
            "Connection": "close",
        }
