"""Simulates a slow object store whose delays are the same in every trial.

python external_resource.py --port 9000 --delay-s 0.25 --delay-cv 0.1 --seed 7
"""

import argparse
import math
import random
import signal
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn

#: Largest piece of a body that is held in memory.
CHUNK_BYTES = 64 * 1024


class ExternalResource(ThreadingMixIn, TCPServer):
    """The object store; it counts how often each object was written."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024  # Clients beyond this would be refused, and refusals are not what is measured.

    def __init__(self, address: tuple[str, int], *, delay_s: float, delay_cv: float, seed: int) -> None:
        super().__init__(address, Handler)
        self.delay_s, self.delay_cv, self.seed = delay_s, delay_cv, seed
        self.writes: Counter[str] = Counter()
        self.lock = threading.Lock()

    def delay_of(self, name: str) -> float:
        return delay(name, mean_s=self.delay_s, cv=self.delay_cv, seed=self.seed)

    def store(self, name: str, *, only_new: bool) -> bool:
        """Whether this had an effect; an object that is there already keeps as it is if only a new one is wanted."""
        with self.lock:
            if only_new and name in self.writes:
                return False
            self.writes[name] += 1
            return True

    def objects_csv(self) -> str:
        with self.lock:
            return "id,writes\n" + "".join(f"{name},{writes}\n" for name, writes in self.writes.items())


def delay(name: str, *, mean_s: float, cv: float, seed: int) -> float:
    """Return the delay of an object in seconds.

    Lognormal with this mean and coefficient of variation. It depends on nothing but the seed and the name, so
    a picture waits equally long whichever endpoint received it and whatever came before it.
    """
    if mean_s == 0:
        return 0.0
    variance = math.log(1 + cv**2)
    return random.Random(f"{seed}:{name}").lognormvariate(math.log(mean_s) - variance / 2, math.sqrt(variance))


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: ExternalResource
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_PUT(self) -> None:
        began = time.monotonic()
        folder, _, name = self.path.removeprefix("/").partition("/")
        self._skip_body()
        if folder != "objects" or not name:
            return self._answer(404)
        time.sleep(max(0.0, began + self.server.delay_of(name) - time.monotonic()))
        stored = self.server.store(name, only_new=self.headers.get("If-None-Match") == "*")
        return self._answer(201 if stored else 412)

    def do_GET(self) -> None:
        pages = {"/healthz": lambda: "ok\n", "/objects.csv": self.server.objects_csv}
        page = pages.get(self.path)
        return self._answer(200, page()) if page else self._answer(404)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: a line per object costs more than the object."""

    def _skip_body(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            left -= len(self.rfile.read(min(left, CHUNK_BYTES)) or b"x" * left)

    def _answer(self, status: int, text: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(argv: list[str] | None = None) -> int:
    """Serve until a signal, on loopback by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--delay-s", type=float, default=0.25, help="mean delay of one object, in seconds")
    parser.add_argument("--delay-cv", type=float, default=0.1, help="standard deviation of the delay / its mean")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = (args.host, args.port)
    server = ExternalResource(address, delay_s=args.delay_s, delay_cv=args.delay_cv, seed=args.seed)
    with server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
