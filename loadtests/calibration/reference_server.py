"""A server with known response times: its model, its simulator and its HTTP side."""

import argparse
import asyncio
import contextlib
import heapq
import json
import math
import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs, urlsplit

from loadtests.clock import Clock

DISTRIBUTIONS = ("constant", "exponential", "lognormal", "bimodal")

#: Of the lognormal service time: standard deviation over mean.
LOGNORMAL_CV = 0.5

#: The bimodal one: nine in ten are quick and one is eleven times as slow, in units of the mean.
QUICK, SLOW, SLOW_SHARE = 0.5, 5.5, 0.1


@dataclass(frozen=True, kw_only=True)
class ReferenceModel:
    """One server. Times in seconds; those of stalls count from the first request.

    servers: how many requests are worked on at once, in order of arrival; 0 for any number.
    stall_s, stall_after_s, stall_every_s: how long nothing is done, from when on, and how often (0: once).
    """

    seed: int
    distribution: str = "constant"
    mean_s: float = 0.0
    servers: int = 0
    stall_s: float = 0.0
    stall_after_s: float = 0.0
    stall_every_s: float = 0.0

    def service_s(self, name: str) -> float:
        """Return a request's service time; it depends only on the seed and the name."""
        draw = random.Random(f"{self.seed}:{name}")
        if self.distribution == "exponential":
            return draw.expovariate(1 / self.mean_s)
        if self.distribution == "lognormal":
            variance = math.log(1 + LOGNORMAL_CV**2)
            return draw.lognormvariate(math.log(self.mean_s) - variance / 2, math.sqrt(variance))
        if self.distribution == "bimodal":
            return self.mean_s * (SLOW if draw.random() < SLOW_SHARE else QUICK)
        return self.mean_s

    def awake_at(self, since_s: float) -> float:
        """The first time from a time on at which the server is not stalled, both since the first request."""
        into = since_s - self.stall_after_s
        if self.stall_every_s and into >= 0:
            into %= self.stall_every_s
        return since_s - into + self.stall_s if 0 <= into < self.stall_s else since_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRequest:
    """One request as the server decides it; times in Unix seconds, service_s in seconds."""

    name: str
    received_at: float
    started_at: float
    finished_at: float
    service_s: float


class QueueSimulator:
    """Computes when each request starts and finishes, in order of arrival."""

    def __init__(self, truth: ReferenceModel) -> None:
        self.truth = truth
        self.opened_at = math.nan
        self._free_at: list[float] = [-math.inf] * truth.servers

    def admit(self, name: str, now: float) -> ServedRequest:
        """Decide on a request that arrives now."""
        if math.isnan(self.opened_at):
            self.opened_at = now
        service_s = self.truth.service_s(name)
        started_at = self._awake(max(now, heapq.heappop(self._free_at)) if self._free_at else now)
        finished_at = self._awake(started_at + service_s)
        if self.truth.servers:
            heapq.heappush(self._free_at, finished_at)
        return ServedRequest(
            name=name, received_at=now, started_at=started_at, finished_at=finished_at, service_s=service_s
        )

    def _awake(self, at: float) -> float:
        return self.opened_at + self.truth.awake_at(at - self.opened_at)


HOST = "127.0.0.1"
ACCEPTED = {"sync": "201 Created", "queue": "202 Accepted"}
#: A timer may ring this much too late.
TIMER_S = 0.0015

PICTURE_COLUMNS = "id,received_at,enqueued_at,started_at,finished_at,state,executions,reason,trial\n"
TRUTH_COLUMNS = "id,connected_at,received_at,service_s,finished_at,answered_at\n"


class ReferenceServer:
    """Serves uploads at the times that the simulator computes, and reports them."""

    def __init__(self, truth: ReferenceModel, mode: str, clock: Clock) -> None:
        self.mode, self.clock = mode, clock
        self._simulator = QueueSimulator(truth)
        self._served: dict[str, ServedRequest] = {}
        self._trials: dict[str, str] = {}
        self._connected_at: dict[str, float] = {}
        self._answered_at: dict[str, float] = {}
        self._open: list[tuple[float, float]] = []

    def upload(self, headers: dict[str, str], connected_at: float, answer: Callable[[str], None]) -> None:
        """Take an upload that has arrived whole; it is answered, and finished, when the truth says so."""
        name = headers.get("idempotency-key") or f"unnamed-{len(self._served)}"
        served = self._simulator.admit(name, self.clock.now())
        self._served[name], self._trials[name] = served, headers.get("x-trial", "")
        self._connected_at[name] = connected_at
        heapq.heappush(self._open, (served.finished_at, served.started_at))

        def reply() -> None:
            self._answered_at[name] = self.clock.now()
            answer(ACCEPTED[self.mode])

        if self.mode == "queue":
            reply()
        else:
            self._at(served.finished_at, reply)

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
        counts = {"queued": queued, "processing": len(self._open) - queued}
        return json.dumps(counts | {"ready": len(self._served) - len(self._open), "failed": 0})

    def pictures_csv(self, query: dict[str, list[str]]) -> str:
        since, now = query.get("finished_since"), self.clock.now()
        served = list(self._served.values())
        if since:
            served = [one for one in served if float(since[0]) <= one.finished_at <= now]
        return PICTURE_COLUMNS + "".join(self._picture(one, now) for one in served)

    def truth_csv(self, _query: dict[str, list[str]]) -> str:
        """The true times of every upload; answered_at is when the answer was really written."""
        rows = (
            f"{one.name},{self._connected_at[one.name]:.6f},{one.received_at:.6f},{one.service_s:.9f},{one.finished_at:.6f},"
            f"{self._answered_at.get(one.name, float('nan')):.6f}\n"
            for one in self._served.values()
        )
        return TRUTH_COLUMNS + "".join(rows)

    def opened(self, _query: dict[str, list[str]]) -> str:
        return json.dumps({"opened_at": self._simulator.opened_at})

    def _picture(self, served: ServedRequest, now: float) -> str:
        state = "ready" if served.finished_at <= now else "processing"
        finished = f"{served.finished_at:.6f}" if state == "ready" else ""
        received = f"{served.received_at:.6f}"
        return (
            f"{served.name},{received},{received if self.mode == 'queue' else ''},{served.started_at:.6f},"
            f"{finished},{state},1,,{self._trials[served.name]}\n"
        )


class Connection(asyncio.Protocol):
    """One connection; whoever wants more than one request on it sends the next after the answer."""

    def __init__(self, server: ReferenceServer) -> None:
        self._server, self._received = server, bytearray()
        self._pages = {
            "/healthz": lambda _query: "ok\n",
            "/counts/": server.counts,
            "/pictures.csv": server.pictures_csv,
            "/truth.csv": server.truth_csv,
            "/external_writes.csv": lambda _query: "id,writes\n",
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


async def serve(server: ReferenceServer, port: int) -> None:
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
    parser.add_argument("--truth", type=json.loads, required=True, help="fields of ReferenceModel, as JSON")
    parser.add_argument("--clock-offset-ns", type=int, default=Clock.anchored().offset_ns)
    args = parser.parse_args(argv)
    _take_last_core()
    asyncio.run(serve(ReferenceServer(ReferenceModel(**args.truth), args.mode, Clock(args.clock_offset_ns)), args.port))
    return 0


def _take_last_core() -> None:
    """Keep to one core, so that the load generator finds another one free, where a system allows that."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    sys.exit(main())
