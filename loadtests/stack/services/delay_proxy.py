"""Passes bytes on to another port after a delay, the same in each direction, as a network would.

python delay_proxy.py --listen 9001 --host 127.0.0.1 --port 6379 --delay-s 0.002

What arrives together is passed on together; nothing is held back by what was sent before it. Threads and not an
event loop: loops wait in whole milliseconds, which is as much as a near network takes.
"""

import argparse
import contextlib
import queue
import signal
import socket
import sys
import threading
import time
import weakref

HOST = "127.0.0.1"
CHUNK_BYTES = 64 * 1024

#: A piece of the stream and when it is due at the other end; no bytes are the end of the stream.
Piece = tuple[float, bytes]


#: The clients' ends of the connections that are open.
CLIENTS: "weakref.WeakSet[socket.socket]" = weakref.WeakSet()


def serve(listener: socket.socket, target: tuple[str, int], delay_s: float) -> None:
    """Connect every client to the target until the listener is closed."""
    while True:
        client, _ = listener.accept()
        CLIENTS.add(client)
        threading.Thread(target=connect, args=(client, target, delay_s), daemon=True).start()


def break_off(*_: object) -> None:
    """End every connection."""
    for client in list(CLIENTS):
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def connect(client: socket.socket, target: tuple[str, int], delay_s: float) -> None:
    """Pass on both directions of one connection."""
    try:
        server = socket.create_connection(target)
    except OSError:
        client.close()
        return
    for one, other in ((client, server), (server, client)):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pieces: queue.SimpleQueue[Piece] = queue.SimpleQueue()
        threading.Thread(target=receive, args=(one, pieces, delay_s), daemon=True).start()
        threading.Thread(target=send, args=(other, pieces), daemon=True).start()


def receive(source: socket.socket, pieces: "queue.SimpleQueue[Piece]", delay_s: float) -> None:
    data = b"x"
    while data:
        try:
            data = source.recv(CHUNK_BYTES)
        except OSError:
            data = b""
        pieces.put((time.monotonic() + delay_s, data))


def send(sink: socket.socket, pieces: "queue.SimpleQueue[Piece]") -> None:
    """Send each piece when it is due; the end of the stream is passed on as well."""
    while True:
        due, data = pieces.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not data:
                sink.shutdown(socket.SHUT_WR)
                return
            sink.sendall(data)
        except OSError:
            # The receiver of this direction has gone: the other direction's receiver is told as well.
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_RDWR)
            return


def main(argv: list[str] | None = None) -> int:
    """Serve on the loopback interface until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", type=int, required=True, help="port on loopback; 0 picks a free one")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay-s", type=float, required=True, help="added in each direction, in seconds")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGUSR1, break_off)
    with socket.create_server((HOST, options.listen), backlog=1024) as listener:
        serve(listener, (options.host, options.port), options.delay_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
