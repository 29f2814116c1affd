"""A server whose times are known: it speaks as the app does, and answers by timer and never by work.

python -m loadtests.calibration.truth_server --port 9001 --mode sync --truth '{"seed": 1, "mean_s": 0.1}'
"""

import argparse
import asyncio
import contextlib
import heapq
import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

from loadtests.calibration.reference_server import Desk, Truth, Visit
from loadtests.clock import Clock

HOST = "127.0.0.1"
ACCEPTED = {"sync": "201 Created", "queue": "202 Accepted"}
#: A timer may ring this much too late.
TIMER_S = 0.0015

PICTURE_COLUMNS = "id,received_at,enqueued_at,started_at,finished_at,state,executions,reason,trial\n"
TRUTH_COLUMNS = "id,connected_at,received_at,service_s,finished_at,answered_at\n"


class TruthServer:
    """What has been asked so far, what will be answered, and when."""

    def __init__(self, truth: Truth, mode: str, clock: Clock) -> None:
        self.mode, self.clock = mode, clock
        self._desk = Desk(truth)
        self._visits: dict[str, Visit] = {}
        self._trials: dict[str, str] = {}
        self._connected_at: dict[str, float] = {}
        self._answered_at: dict[str, float] = {}
        self._open: list[tuple[float, float]] = []

    def upload(self, headers: dict[str, str], connected_at: float, answer: Callable[[str], None]) -> None:
        """Take an upload that has arrived whole; it is answered, and finished, when the truth says so."""
        name = headers.get("idempotency-key") or f"unnamed-{len(self._visits)}"
        visit = self._desk.admit(name, self.clock.now())
        self._visits[name], self._trials[name] = visit, headers.get("x-trial", "")
        self._connected_at[name] = connected_at
        heapq.heappush(self._open, (visit.finished_at, visit.started_at))

        def reply() -> None:
            self._answered_at[name] = self.clock.now()
            answer("503 Service Unavailable" if visit.refused else ACCEPTED[self.mode])

        if self.mode == "queue" or visit.refused:
            reply()
        else:
            self._at(visit.finished_at, reply)

    def _at(self, due_at: float, act: Callable[[], None]) -> None:
        """Act at a time, awake for the last moment: timers are exact to a millisecond only."""
        loop = asyncio.get_running_loop()

        def look() -> None:
            if self.clock.now() < due_at:
                loop.call_soon(look)
            else:
                act()

        loop.call_later(due_at - TIMER_S - self.clock.now(), look)

    def counts(self, _query: dict[str, list[str]]) -> str:
        now = self.clock.now()
        while self._open and self._open[0][0] <= now:
            heapq.heappop(self._open)
        queued = sum(started_at > now for _, started_at in self._open)
        told = {"queued": queued, "processing": len(self._open) - queued}
        return json.dumps(told | {"ready": len(self._visits) - len(self._open), "failed": 0})

    def pictures_csv(self, query: dict[str, list[str]]) -> str:
        since, now = query.get("finished_since"), self.clock.now()
        visits = [one for one in self._visits.values() if not one.refused]
        if since:
            visits = [one for one in visits if float(since[0]) <= one.finished_at <= now]
        return PICTURE_COLUMNS + "".join(self._picture(one, now) for one in visits)

    def truth_csv(self, _query: dict[str, list[str]]) -> str:
        """The true times of every upload; answered_at is when the answer was really written."""
        rows = (
            f"{one.name},{self._connected_at[one.name]:.6f},{one.received_at:.6f},{one.service_s:.9f},{one.finished_at:.6f},"
            f"{self._answered_at.get(one.name, float('nan')):.6f}\n"
            for one in self._visits.values()
        )
        return TRUTH_COLUMNS + "".join(rows)

    def opened(self, _query: dict[str, list[str]]) -> str:
        return json.dumps({"opened_at": self._desk.opened_at})

    def _picture(self, visit: Visit, now: float) -> str:
        state = "ready" if visit.finished_at <= now else "processing"
        finished = f"{visit.finished_at:.6f}" if state == "ready" else ""
        received = f"{visit.received_at:.6f}"
        return (
            f"{visit.name},{received},{received if self.mode == 'queue' else ''},{visit.started_at:.6f},"
            f"{finished},{state},1,,{self._trials[visit.name]}\n"
        )


class Connection(asyncio.Protocol):
    """One connection; whoever wants more than one request on it sends the next after the answer."""

    def __init__(self, server: TruthServer) -> None:
        self._server, self._received = server, bytearray()
        self._pages = {
            "/healthz": lambda _query: "ok\n",
            "/counts/": server.counts,
            "/pictures.csv": server.pictures_csv,
            "/truth.csv": server.truth_csv,
            "/effects.csv": lambda _query: "id,puts\n",
            "/opened/": server.opened,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a stream"
        self._transport, self._came_at = transport, self._server.clock.now()

    def data_received(self, data: bytes) -> None:
        self._came_at = self._came_at or self._server.clock.now()
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        request, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.lower(): value.strip() for name, value in pairs}
        if len(body) >= int(headers.get("content-length", 0)):
            self._received.clear()
            self._handle(request.split(" "), headers)

    def _handle(self, request: list[str], headers: dict[str, str]) -> None:
        came_at, self._came_at = self._came_at, 0.0
        method, url = request[0], urlsplit(request[1])
        default = "close" if request[2:] == ["HTTP/1.0"] else "keep-alive"
        answer = partial(self._answer, headers.get("connection", default).lower())
        if method == "POST" and url.path == f"/pictures/{self._server.mode}/":
            return self._server.upload(headers, came_at, answer)
        page = self._pages.get(url.path)
        return answer("200 OK", page(parse_qs(url.query))) if page else answer("404 Not Found")

    def _answer(self, connection: str, status: str, text: str = "{}") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(text.encode())}\r\nConnection: {connection}\r\n\r\n"
        self._transport.write(head.encode() + text.encode())
        if connection == "close":
            self._transport.close()


async def serve(server: TruthServer, port: int) -> None:
    """Serve until told to stop."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    # Clients beyond the backlog would be refused, and refusals are not what is measured.
    listening = await loop.create_server(lambda: Connection(server), HOST, port, backlog=1024)
    await over.wait()
    listening.close()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mode", choices=tuple(ACCEPTED), default="sync")
    parser.add_argument("--truth", type=json.loads, required=True, help="fields of Truth, as JSON")
    parser.add_argument("--clock-offset-ns", type=int, default=Clock.anchored().offset_ns)
    args = parser.parse_args(argv)
    _take_last_core()
    asyncio.run(serve(TruthServer(Truth(**args.truth), args.mode, Clock(args.clock_offset_ns)), args.port))
    return 0


def _take_last_core() -> None:
    """Keep to one core, so that the load generator finds another one free, where a system allows that."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    sys.exit(main())
