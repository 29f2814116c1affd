"""A gunicorn worker that no slow client holds up: it serves whole requests only, and reads the others meanwhile."""

import json
import os
import selectors
import time
from typing import Any

from django.conf import settings
from gunicorn.workers.sync import SyncWorker

from project.connection import MULTIPART_ALLOWANCE_BYTES, Connection
from project.memory import limit_memory

#: Connections that a process has open at a time, and how many of the largest requests fit in its memory.
MOST_CONNECTIONS = 200
MOST_REQUESTS_HELD = 4

#: How long a process that shares its listener waits for a request that has begun to come, before it accepts another.
HURRY_S = 0.25

#: How long a client may take to close after it has been sent everything.
LINGER_S = 2.0

#: How often the master is told that all is well.
TICK_S = 1.0


class BufferingWorker(SyncWorker):
    """One request at a time, as gunicorn's sync class, but a client that is slow costs a descriptor and some memory
    instead of the process.

    A process that works accepts no connections, so an idle one does. One that shares the listener with others also
    accepts none while a request is coming, because two that are whole at once would wait for each other although
    another process idles; after HURRY_S that client counts as slow, stays with this process and is read between
    requests.
    """

    def run(self) -> None:
        limit_memory()
        self._connections: dict[Connection, None] = {}  # The oldest first.
        self._most_body = int(settings.UPLOAD_MAX_BYTES) + MULTIPART_ALLOWANCE_BYTES
        self._coming: Connection | None = None
        self._hurry_until, self._accepting = 0.0, False
        with selectors.DefaultSelector() as self._selector:
            self._selector.register(self.PIPE[0], selectors.EVENT_READ)
            while self.alive and self.is_parent_alive():
                self.notify()
                self._set_accepting()
                for key, _ in self._selector.select(self._idle_s()):
                    self._attend(key)
                self._end_late()

    def _set_accepting(self) -> None:
        """Accept unless a request is coming that another process's idleness would be wasted on."""
        in_hurry = self._coming in self._connections and time.monotonic() < self._hurry_until
        if (open_now := not in_hurry or self.cfg.workers == 1) == self._accepting:
            return
        self._accepting = open_now
        for listener in self.sockets:
            listener.setblocking(False)
            if open_now:
                self._selector.register(listener.sock, selectors.EVENT_READ, listener)
            else:
                self._selector.unregister(listener.sock)

    def _idle_s(self) -> float:
        """How long nothing has to be done unless somebody sends something."""
        ends = [connection.deadline for connection in self._connections]
        if not self._accepting:
            ends.append(self._hurry_until)
        return max(0.0, min([TICK_S, *(end - time.monotonic() for end in ends)]))

    def _attend(self, key: selectors.SelectorKey) -> None:
        if key.data is None:
            os.read(self.PIPE[0], 512)
        elif not isinstance(key.data, Connection):
            self._accept(key.data)
        elif key.data in self._connections:
            self._go_on(key.data)

    def _accept(self, listener: Any) -> None:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # Another process was faster.
        deadline = time.monotonic() + settings.REQUEST_LIMIT_S
        connection = Connection(client, address, listener, deadline=deadline, most_body=self._most_body)
        self._connections[connection] = None
        self._selector.register(client, selectors.EVENT_READ, connection)
        self._coming, self._hurry_until = connection, time.monotonic() + HURRY_S
        self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """Read, serve or send, as far as that goes now."""
        try:
            if connection.served:
                self._see_off(connection)
            elif connection.receive():
                self._serve(connection)
            else:
                self._make_room()
        except OSError:
            self._drop(connection)

    def _serve(self, connection: Connection) -> None:
        if connection is self._coming:
            self._coming = None
        self.handle(connection.listener, connection, connection.address)
        connection.forget_request()
        connection.deadline = time.monotonic() + settings.REQUEST_LIMIT_S
        self._see_off(connection)

    def _see_off(self, connection: Connection) -> None:
        if connection.depart():
            self._drop(connection)
            return
        wanted = selectors.EVENT_WRITE if connection.waits_to_send else selectors.EVENT_READ
        if self._selector.get_key(connection.socket).events != wanted:
            self._selector.modify(connection.socket, wanted, connection)
        if connection.all_sent:
            connection.deadline = min(connection.deadline, time.monotonic() + LINGER_S)

    def _end_late(self) -> None:
        now = time.monotonic()
        for connection in [one for one in self._connections if one.deadline <= now]:
            # What came while this process worked counts.
            if connection in self._connections and not connection.served:
                self._go_on(connection)
            if connection in self._connections and connection.deadline <= now:
                self._turn_away(connection)

    def _make_room(self) -> None:
        """Turn away whoever has been here longest: an ordinary request has come and gone long before."""
        most_bytes = MOST_REQUESTS_HELD * self._most_body
        while len(self._connections) > MOST_CONNECTIONS or sum(one.held for one in self._connections) > most_bytes:
            self._turn_away(next(iter(self._connections)))

    def _turn_away(self, connection: Connection) -> None:
        """Tell a client that it was too slow; one that was answered already is just let go."""
        if connection.served:
            self._drop(connection)
            return
        self.log.info("Closed a connection: its request had not arrived within %g s.", settings.REQUEST_LIMIT_S)
        connection.forget_request()
        try:
            connection.sendall(_TOO_SLOW)
            connection.deadline = time.monotonic() + LINGER_S
            self._see_off(connection)
        except OSError:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        del self._connections[connection]
        self._selector.unregister(connection.socket)
        connection.socket.close()


def _answer(status: str, reason: str, detail: str) -> bytes:
    body = json.dumps({"reason": reason, "detail": detail})
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n{body}".encode()


_TOO_SLOW = _answer("408 Request Timeout", "too_slow", "The request took too long to arrive.")
