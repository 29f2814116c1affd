"""A non-blocking client connection with its receive and send buffers."""

import re
import socket
from contextlib import suppress
from typing import IO, Any

#: Bytes taken from the kernel at once.
PIECE = 64 * 1024

#: A head longer than this is not waited for; gunicorn refuses it.
MOST_HEAD = 64 * 1024

#: Boundaries and part headers come on top of the file.
MULTIPART_ALLOWANCE_BYTES = 64 * 1024

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Connection:
    """Reads and writes without ever waiting.

    To gunicorn, which serves the request, it is a socket: what can be read is what has come, then the end, and
    whatever is written is taken. So the one who serves never waits for the client, whatever its head may claim.
    """

    def __init__(self, client: socket.socket, address: Any, listener: Any, *, deadline: float, most_body: int) -> None:
        client.setblocking(False)
        self.socket, self.address, self.listener = client, address, listener
        self.deadline = deadline
        self.served = self.all_sent = False
        self._most_body = most_body
        self._came, self._taken, self._goes = bytearray(), 0, bytearray()
        self._whole_at: int | None = None

    @property
    def held(self) -> int:
        """Return the bytes of memory that this connection holds."""
        return len(self._came) + len(self._goes)

    @property
    def waits_to_send(self) -> bool:
        return bool(self._goes)

    def receive(self) -> bool:
        """Take what has come; whether the request is whole, or nothing more will come. Raises OSError if it broke."""
        while not self._whole():
            try:
                piece = self.socket.recv(PIECE)
            except BlockingIOError:
                return False
            if not piece:
                return True
            self._came += piece
        return True

    def depart(self) -> bool:
        """Send what is left, then listen until the client has closed; whether it has. Raises OSError if it broke.

        Closing while something still comes would make the client lose the answer.
        """
        self._flush()
        if self._goes:
            return False
        if not self.all_sent:
            self.all_sent = True
            self.socket.shutdown(socket.SHUT_WR)
        with suppress(BlockingIOError):
            return not self.socket.recv(PIECE)
        return False

    def forget_request(self) -> None:
        """Free the memory of a request that was served."""
        self.served = True
        self._came, self._taken = bytearray(), 0

    # What gunicorn calls.

    def recv(self, size: int) -> bytes:
        piece = bytes(self._came[self._taken : self._taken + size])
        self._taken += len(piece)
        return piece

    def sendall(self, data: bytes) -> None:
        self._goes += data
        self._flush()

    def send(self, data: bytes) -> int:
        """Only ever '100 Continue', which has been said while the body was waited for."""
        return len(data)

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> None:
        file.seek(offset)
        self.sendall(file.read() if count is None else file.read(count))

    def gettimeout(self) -> float:
        return 0.0

    def settimeout(self, timeout: float) -> None:
        """Nothing here takes time."""

    def shutdown(self, how: int) -> None:
        """Left to depart(), when all is sent."""

    def close(self) -> None:
        """Left to whoever accepted it."""

    def _whole(self) -> bool:
        if self._whole_at is None:
            self._read_head()
        return self._whole_at is not None and len(self._came) >= self._whole_at

    def _read_head(self) -> None:
        """Find out where the request ends, as soon as its head is here.

        A body that is longer than allowed or comes in chunks is not waited for: the app reads none of it.
        """
        end = self._came.find(_END_OF_HEAD)
        if end < 0:
            self._whole_at = 0 if len(self._came) > MOST_HEAD else None
            return
        found = _LENGTH.search(self._came, 0, end + len(_END_OF_HEAD))
        length = int(found[1]) if found else 0
        self._whole_at = end + len(_END_OF_HEAD) + (length if length <= self._most_body else 0)
        if len(self._came) < self._whole_at and _EXPECTS.search(self._came, 0, end + len(_END_OF_HEAD)):
            self.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _flush(self) -> None:
        with suppress(BlockingIOError):
            while self._goes:
                del self._goes[: self.socket.send(self._goes)]
