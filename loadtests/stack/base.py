"""The base of every kind of stack: its settings, its layout, and its life from start to stop."""

import os
import secrets
from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.files import exclusive
from loadtests.planning.configuration import Configuration
from loadtests.stack.process.ports import HOST, claim, free_port
from loadtests.stack.stack_file import StackInfo, alive_lock

#: The database of a stack with SQLite, in its directory.
SQLITE_FILE = "db.sqlite3"

FREE_PORTS = (
    *("control_port", "broker_port", "names_port", "nodes_port"),
    *("proxy_port", "database_port", "external_port"),
)


@dataclass(frozen=True, kw_only=True)
class StackSpec(Configuration):
    """The stack to start. port is the app's; 0 picks a free one."""

    seed: int
    port: int = 0


@dataclass(frozen=True, kw_only=True)
class StackLayout:
    """Directory, ports, URLs and secrets of one stack. The app may reach broker_url through the proxy.

    names_port and nodes_port are those on which RabbitMQ's name service and its node wait for other nodes.
    """

    directory: Path
    web_port: int
    control_port: int
    broker_port: int
    names_port: int
    nodes_port: int
    proxy_port: int
    database_port: int
    external_port: int
    token: str
    password: str
    secret_key: str
    clock_offset_ns: int
    broker_url: str
    database_url: str
    levels: Configuration

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    @property
    def control_url(self) -> str:
        return f"http://{HOST}:{self.control_port}"

    @property
    def external_url(self) -> str:
        return f"http://{HOST}:{self.external_port}"

    @property
    def app_broker_url(self) -> str:
        """The broker as the app sees it: through the proxy if the way there is to take time."""
        if not self.levels.broker_delay_s:
            return self.broker_url
        parts = urlsplit(self.broker_url)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}{at}{HOST}:{self.proxy_port}").geturl()

    @property
    def environment(self) -> dict[str, str]:
        """The app's settings."""
        return {
            "DJANGO_SECRET_KEY": self.secret_key,
            "DATABASE_URL": self.database_url,
            "MEDIA_ROOT": str(self.directory / "media"),
            "CELERY_BROKER_URL": self.app_broker_url,
            "CELERY_TASK_DEFAULT_QUEUE_TYPE": self.levels.queue_type,
            "CELERY_WORKER_PREFETCH_MULTIPLIER": str(self.levels.prefetch_multiplier),
            "QUEUE_PROFILE": self.levels.profile,
            "QUEUE_HAS_WORKERS": str(self.levels.mode == "queue"),
            "EXTERNAL_RESOURCE_URL": self.external_url,
            "EXPORT_TOKEN": self.token,
            "CLOCK_OFFSET_NS": str(self.clock_offset_ns),
        }


def new_layout(spec: StackSpec, directory: Path) -> StackLayout:
    """A layout on free ports with fresh secrets; its directory is made."""
    (directory / "media").mkdir(parents=True, exist_ok=True)
    free = {name: free_port() for name in FREE_PORTS}
    password = secrets.token_urlsafe(24)
    return StackLayout(
        directory=directory,
        web_port=claim(spec.port),
        **free,
        token=secrets.token_urlsafe(24),
        password=password,
        secret_key=secrets.token_urlsafe(48),
        clock_offset_ns=Clock.anchored().offset_ns,
        broker_url=_broker_url(spec, free["broker_port"], password),
        database_url=_database_url(spec, directory, free["database_port"], password),
        levels=spec,
    )


def _broker_url(spec: StackSpec, port: int, password: str) -> str:
    if spec.broker == "url":
        return _given("CELERY_BROKER_URL", "broker")
    if spec.broker == "rabbitmq":
        return f"amqp://queuelab:{password}@{HOST}:{port}//"
    return f"redis://:{password}@{HOST}:{port}/0"


def _database_url(spec: StackSpec, directory: Path, port: int, password: str) -> str:
    if spec.database == "url":
        return _given("DATABASE_URL", "database")
    if spec.database == "postgres":
        return f"postgres://queuelab:{password}@{HOST}:{port}/postgres"
    return f"sqlite:///{quote(str(directory / SQLITE_FILE))}"


def _given(variable: str, factor: str) -> str:
    """A URL from the environment, which counts only when the plan or the command line asks for it."""
    if not (url := os.environ.get(variable)):
        raise StackError(f'{factor} = "url" needs the URL in the environment variable {variable}.')
    return url


class Stack(ABC):
    """A stack as a context manager.

    directory takes data and secrets and may go with the stack; logs are worth keeping. What is started registers
    its end in `_open`, which runs the ends in reverse order.
    """

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        self.spec = spec
        self.directory, self.logs = directory.resolve(), logs.resolve()
        self._open = ExitStack()

    def __enter__(self) -> StackInfo:
        self._open.enter_context(exclusive(alive_lock(self.directory), f"A stack already runs in {self.directory}."))
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> StackInfo:
        """Start every component, wait until each is ready, and verify what is really running."""

    @abstractmethod
    def check(self) -> None:
        """Raise if a component has ended, or if nobody samples the stack any more."""

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the components that are processes of this machine; none in containers."""
        return {}

    @property
    def events(self) -> list[dict[str, Any]]:
        """What has died and was started again, and when; only a local stack does that."""
        return []

    def stop(self) -> None:
        """End everything that was started here."""
        self._open.close()
