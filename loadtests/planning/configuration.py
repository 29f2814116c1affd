"""One way to run the app: the levels that a stack is started with, and which of them exist together. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

MODES = ("sync", "queue")

#: How the workers come to run: as processes, in containers, or in containers that somebody else has started.
STACKS = ("local", "compose", "attached")

#: The brokers, each with the types of queue that it has. "url" is the one that CELERY_BROKER_URL names.
QUEUE_TYPES: Mapping[str, tuple[str, ...]] = {
    "redis": ("classic",),
    "rabbitmq": ("classic", "quorum"),
    "url": ("classic", "quorum"),
}
BROKERS = tuple(QUEUE_TYPES)

#: "url" is the one that DATABASE_URL names.
DATABASES = ("sqlite", "postgres", "url")

#: What a 202 is worth: kept through every fault that is injected, or as Celery comes.
PROFILES = ("safe", "defaults")
#: How many messages a pool process may hold in each, unless a plan says otherwise.
PREFETCH = {"safe": 1, "defaults": 4}

#: A trial in which nothing is done to the stack.
NO_FAULT = "none"

#: When a private Redis writes its messages to disk.
APPEND_ONLY = ("no", "everysec", "always")


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The levels that a stack is started with.

    web_threads: threads of each web process.
    prefetch: messages that a worker process may hold, the one it works on included; 1 is the profile's own.
    broker_delay_s: added in each direction between the app and its broker.
    fault: what happens to the stack during the measurement.
    """

    mode: str
    workers: int
    workload: str = "io"
    stack: str = "local"
    broker: str = "redis"
    queue_type: str = "classic"
    database: str = "sqlite"
    web_threads: int = 1
    prefetch: int = 1
    broker_delay_s: float = 0.0
    append_only: str = "no"
    profile: str = "safe"
    fault: str = NO_FAULT

    @property
    def prefetch_multiplier(self) -> int:
        """The prefetch that was asked for; if none was, the profile's own."""
        return self.prefetch if self.prefetch != Configuration.prefetch else PREFETCH[self.profile]

    def levels(self) -> dict[str, Any]:
        """Each level by name, of this and not of what a subclass adds."""
        return {field.name: getattr(self, field.name) for field in fields(Configuration)}


@dataclass(frozen=True, kw_only=True)
class Cell(Configuration):
    """One combination of levels. offered_rate is in uploads per second."""

    offered_rate: float


def database_on(stack: str, database: str) -> str:
    """The database that is meant if none was named: a Compose stack has no SQLite."""
    return "postgres" if stack != "local" and database == Configuration.database else database


def meaningful(cell: Cell) -> bool:
    """Whether such a stack exists: Redis has one type of queue, and a Compose stack has its own servers.

    Only a private Redis can be told when to write to disk.
    """
    if cell.append_only != "no" and (cell.stack != "local" or cell.broker != "redis"):
        return False
    composed_differs = cell.database != "postgres" or cell.broker == "url" or cell.broker_delay_s > 0
    return cell.queue_type in QUEUE_TYPES[cell.broker] and not (cell.stack == "compose" and composed_differs)
