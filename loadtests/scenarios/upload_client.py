"""Sends one upload over a connection of its own, and stamps it."""

import errno
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import gevent
from gevent import socket
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError, HTTPResponse

from loadtests.clock import Clock
from loadtests.workload.pictures import Payload

#: How the error of a request begins that the load generator has failed by itself.
CLIENT = "client: "

UNKNOWN_HOST = "unknown host"
OUT_OF_MEMORY = "out of memory"

#: The words that requests.csv keeps of an error of the system.
LIMITS = {
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files on this machine",
    errno.EADDRNOTAVAIL: "no free port",
    errno.ENOBUFS: "no buffer space",
    errno.ENOMEM: OUT_OF_MEMORY,
    errno.EACCES: "not permitted",
    errno.EPERM: "not permitted",
    errno.ENETDOWN: "no network",
    errno.ENETUNREACH: "no network",
}


def error_text(error: Exception) -> str:
    """Return the text of an error for requests.csv."""
    limit = _limit(error)
    if limit:
        return f"{CLIENT}{limit}"
    what = f"{type(error).__name__}: {error}"
    # Nothing else comes from the network: it went wrong in this process.
    return what if isinstance(error, (OSError, HTTPParseError)) else f"{CLIENT}{what}"


def is_own(words: str) -> bool:
    """Return whether an error text reports a failure of the load generator itself."""
    return words.startswith(CLIENT)


def _limit(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return UNKNOWN_HOST
    if isinstance(error, MemoryError):
        return OUT_OF_MEMORY
    return LIMITS.get(error.errno or 0, "") if isinstance(error, OSError) else ""


#: A user who waits longer than this has gone; far beyond any trial, so that the trial's own limit decides.
PATIENCE_S = 3600.0

#: An answer is a few hundred bytes, so one piece is usually all.
CHUNK_BYTES = 65_536


@dataclass(slots=True)
class Request:
    """One planned request and what became of it; stamps are Unix seconds, None until they happen.

    sent_at: when it left this process; None as well if limits of the load generator have kept it from leaving.
    finished: whether its picture is known to be, in mode queue.
    """

    id: UUID
    due_at: float
    payload: Payload
    sent_at: float | None = None
    answered_at: float | None = None
    status: int | None = None
    error: str = ""
    finished: bool = False

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def answered(self) -> bool:
        """Whether the whole answer is there, or an error in its place; the stamp comes before that."""
        return self.status is not None or bool(self.error)


class HttpResponse(HTTPResponse):
    """A response that is parsed piece by piece."""

    @property
    def body(self) -> bytes:
        return bytes(self._body_buffer)


class UploadClient:
    """Uploads to one endpoint for one trial."""

    def __init__(self, url: str, mode: str, trial: str, clock: Clock) -> None:
        self._host = urlsplit(url).netloc
        self._address = _address(url)
        self._trial = trial
        self._clock = clock
        self.path = f"/pictures/{mode}/"

    def send(self, request: Request) -> None:
        """Send the request now and fill in what became of it; a failure is data."""
        request.sent_at = self._clock.now()
        connected = False
        try:
            with socket.socket() as connection:
                connection.settimeout(PATIENCE_S)
                connection.connect(self._address)
                connected = True
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(self._head(request) + request.payload.body)
                answer = self._read(connection, request)
            request.status = answer.status_code
            if not request.accepted:
                request.error = answer.body[:200].decode(errors="replace")
        except Exception as error:
            request.answered_at = self._clock.now()
            request.error = error_text(error)
            if is_own(request.error) and not connected:
                request.sent_at = None

    def _read(self, connection: socket.socket, request: Request) -> HttpResponse:
        """The whole answer, stamped when its last piece was there.

        When a server answers many at once, reading one answer would delay the stamps of the next ones. So each piece
        is stamped as it comes, and read only after all others that have come have their stamp.
        """
        answer = HttpResponse("POST")
        while not answer.message_complete:
            socket.wait_read(connection.fileno(), timeout=PATIENCE_S)
            request.answered_at = self._clock.now()
            gevent.sleep(0)
            if not (piece := connection.recv(CHUNK_BYTES)):
                raise HTTPConnectionClosed("the connection was closed before the response was complete")
            answer.feed(piece)
        return answer

    def _head(self, request: Request) -> bytes:
        fields = {
            "Host": self._host,
            "Content-Type": request.payload.content_type,
            "Content-Length": len(request.payload.body),
            "Idempotency-Key": request.id,
            "X-Trial": self._trial,
            "Connection": "close",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {self.path} HTTP/1.1\r\n{lines}\r\n".encode()


def _address(url: str) -> tuple[str, int]:
    """Looked up once, and not for each upload; a name that nobody knows is found out by the first upload."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    try:
        return socket.gethostbyname(host), port
    except socket.gaierror:
        return host, port
