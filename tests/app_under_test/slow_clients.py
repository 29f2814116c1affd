"""Clients that take their time, or go away, by sockets of their own."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from urllib.parse import urlsplit

#: How long after each byte of a slow client the next one goes.
SLOW_S = 1.0


def opened(url: str) -> socket.socket:
    """A connection of one's own; nothing that is asked of it takes longer than 20 s."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)


def head(length: int, *, path: str = "/", fields: str = "") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{fields}Content-Length: {length}\r\n\r\n".encode()


def everything(client: socket.socket) -> bytes:
    """What comes until the server closes."""
    pieces = []
    while piece := client.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def answer(client: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and JSON of what the server says."""
    status, _, rest = everything(client).partition(b"\r\n")
    return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])


@contextmanager
def slow_clients(url: str, count: int, path: str) -> Iterator[None]:
    """That many clients, half of them slow in the head and half in the body, at a byte a second, who come again when
    they are turned away."""
    over = Event()
    with ExitStack() as ended:
        threads = [Thread(target=_trickle, args=(url, path, number % 2 == 0, over)) for number in range(count)]
        for thread in threads:
            thread.start()
            ended.callback(thread.join)
        ended.callback(over.set)
        yield


def _trickle(url: str, path: str, whole_head: bool, over: Event) -> None:
    while not over.is_set():
        with opened(url) as client:
            try:
                client.sendall(head(80_000, path=path) if whole_head else b"P")
                while not over.wait(SLOW_S):
                    client.sendall(b"x")
            except OSError:
                continue
