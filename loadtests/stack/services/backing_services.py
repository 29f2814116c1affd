"""Starts broker, database with its tables, and external resource."""

import contextlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from loadtests import BY_HAND
from loadtests.errors import StackError
from loadtests.machine.provenance import code_hash
from loadtests.stack import commands
from loadtests.stack.app_client import reachable
from loadtests.stack.base import SQLITE_FILE, StackLayout, StackSpec
from loadtests.stack.process.ports import refuse_exposed
from loadtests.stack.process.process_group import START_LIMIT_S, Command, ProcessGroup, wait_until
from loadtests.stack.services import delay_proxy, redis_server
from loadtests.stack.services.postgres import Postgres
from loadtests.stack.services.queue_depth import Queue, open_queue
from loadtests.stack.services.rabbitmq import RabbitMQ

#: Where an SQLite file with the app's empty tables is kept.
MIGRATED = BY_HAND / "tables"

DEFAULT_PORTS = {"amqp": 5672, "redis": 6379}


class BackingServices:
    """The services that the app needs. queue is a connection to the broker, once that is started."""

    def __init__(self, layout: StackLayout, spec: StackSpec, group: ProcessGroup) -> None:
        self._layout, self._spec, self._group = layout, spec, group
        self._rabbitmq: RabbitMQ | None = None
        self._postgres: Postgres | None = None
        self.queue: Queue | None = None

    def start(self) -> None:
        """Start all and wait until each is ready."""
        self._start_broker()
        self._group.start(commands.external(self._layout, self._spec))
        self._start_database()
        self._make_tables()
        self.queue = self._wait_for_broker()
        self._wait("The external resource", lambda: reachable(f"{self._layout.external_url}/healthz"))
        self._refuse_used()

    def remove(self) -> None:
        """Close and remove what does not end with the processes."""
        if self.queue:
            self.queue.close()
        for server in (self._rabbitmq, self._postgres):
            if server:
                server.remove()

    def _start_broker(self) -> None:
        if self._spec.broker == "redis":
            self._group.start(redis_server.command(self._layout))
        elif self._spec.broker == "rabbitmq":
            self._rabbitmq = RabbitMQ(self._layout)
            for command in self._rabbitmq.commands():
                self._group.start(command)
        if self._spec.broker_delay_s:
            url = urlsplit(self._layout.broker_url)
            target = (url.hostname or "", url.port or DEFAULT_PORTS[url.scheme])
            self._group.start(_proxy(self._layout, target))

    def _start_database(self) -> None:
        if self._spec.database != "postgres":
            return
        self._postgres = Postgres(self._layout)
        self._group.finish(self._group.start(self._postgres.prepare()), START_LIMIT_S)
        self._group.start(self._postgres.serve())
        self._wait("PostgreSQL", self._postgres.answers)
        self._refuse_open("PostgreSQL", self._postgres.wants_password)

    def _make_tables(self) -> None:
        """Migrate; an SQLite file is copied from one that the same code has migrated before, which saves a second."""
        migrated = MIGRATED / f"{code_hash()}-{importlib.metadata.version('django')}.sqlite3"
        if self._spec.database == "sqlite":
            with contextlib.suppress(OSError):
                shutil.copyfile(migrated, self._layout.directory / SQLITE_FILE)
                return
        self._group.finish(self._group.start(commands.migrate(self._layout)), START_LIMIT_S)
        if self._spec.database == "sqlite":
            # Without a copy the next start migrates again.
            with contextlib.suppress(OSError):
                _keep(self._layout.directory / SQLITE_FILE, migrated)

    def _wait_for_broker(self) -> Queue:
        if self._spec.broker == "redis":
            self._refuse_open("The broker", lambda: redis_server.wants_password(self._layout))
        if self._rabbitmq:
            self._refuse_open("The broker", self._rabbitmq.wants_password)
        queue = open_queue(self._layout.broker_url)
        self._wait("The broker", lambda: _answers(queue))
        if not self._rabbitmq:
            return queue
        queue.close()
        return self._rabbitmq.open_queue()

    def _refuse_used(self) -> None:
        """Raise if a broker that somebody else started holds messages: they would be taken for ours."""
        assert self.queue, "asked once it answers"
        length = self.queue.length()
        if self._spec.broker == "url" and length.waiting + (length.unacked or 0):
            raise StackError("The broker of CELERY_BROKER_URL has messages in its queue. Use an empty one.")

    def _refuse_open(self, what: str, wants_password: Callable[[], bool | None]) -> None:
        if not self._wait(what, wants_password):
            raise StackError(f"{what} accepts connections without a password, although its configuration requires one.")

    def _wait(self, what: str, ready: Callable[[], bool | None]) -> bool:
        return wait_until(what, ready, check=self._check, timeout_s=START_LIMIT_S)

    def _check(self) -> None:
        """Raise if a component has ended, or listens elsewhere than it was told: it would never be ready."""
        self._group.check()
        refuse_exposed(self._group)


def _proxy(layout: StackLayout, target: tuple[str, int]) -> Command:
    """Build the command of the proxy that delays the connection to the broker."""
    host, port = target
    where = (delay_proxy.__file__, "--listen", layout.proxy_port, "--host", host, "--port", port)
    return commands.python("proxy", layout, (*where, "--delay-s", layout.levels.broker_delay_s))


def _keep(file: Path, migrated: Path) -> None:
    """Keep a copy for the next stack, in place of those of other code; none if some of it is not in the file yet."""
    if file.with_name(f"{file.name}-wal").exists():
        return
    migrated.parent.mkdir(parents=True, exist_ok=True)
    partial = migrated.with_name(f"{migrated.name}.{os.getpid()}.partial")
    try:
        shutil.copyfile(file, partial)
        for older in migrated.parent.glob("*.sqlite3"):
            older.unlink(missing_ok=True)
        partial.rename(migrated)
    finally:
        partial.unlink(missing_ok=True)


def _answers(queue: Queue) -> bool | None:
    try:
        queue.round_trip()
    except StackError:
        return None
    return True
