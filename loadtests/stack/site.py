"""Where one stack lives: its directory, ports, secrets, and the addresses that follow from them."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.planning.configuration import Configuration
from loadtests.stack.process.ports import HOST, claim, free_port

FREE_PORTS = (
    *("control_port", "broker_port", "names_port", "nodes_port"),
    *("proxy_port", "database_port", "external_port"),
)


@dataclass(frozen=True, kw_only=True)
class StackSpec(Configuration):
    """What to start. port is the app's; 0 takes any free one."""

    seed: int
    port: int = 0


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where one stack lives. broker_url is for the harness; the app may reach its broker through the proxy.

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


def new_site(spec: StackSpec, directory: Path) -> Site:
    """A site on free ports with fresh secrets; its directory is made."""
    (directory / "media").mkdir(parents=True, exist_ok=True)
    free = {name: free_port() for name in FREE_PORTS}
    password = secrets.token_urlsafe(24)
    return Site(
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
    return f"sqlite:///{quote(str(directory / 'db.sqlite3'))}"


def _given(variable: str, factor: str) -> str:
    """An address from the environment, which counts only when the plan or the command line asks for it."""
    if not (url := os.environ.get(variable)):
        raise StackError(f'{factor} = "url" needs the address in the environment variable {variable}.')
    return url
