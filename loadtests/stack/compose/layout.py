"""The settings of a Compose stack, as the variables of docker-compose.yml."""

import os
import secrets
from dataclasses import dataclass

from loadtests import ROOT
from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.machine.provenance import cores
from loadtests.stack.base import StackSpec
from loadtests.stack.commands import worker_class
from loadtests.stack.process.environment import engine_inherited
from loadtests.stack.process.ports import HOST, claim, free_port
from loadtests.workload.presets import WORKLOADS

#: What every worker may use in both modes: one processor, as one Python process can, and this much memory.
WORKER_CPUS = 1.0
WORKER_MEBIBYTES = 512

ENVIRONMENT_FILE = ROOT / ".env"
SECRETS = ("DJANGO_SECRET_KEY", "EXPORT_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "RABBITMQ_PASSWORD")


@dataclass(frozen=True, kw_only=True)
class ComposeLayout:
    """One Compose stack's name, URLs and environment."""

    project: str
    web_port: int
    control_port: int
    redis_port: int
    rabbitmq_port: int
    clock: Clock
    secrets: dict[str, str]
    spec: StackSpec

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    @property
    def control_url(self) -> str:
        return f"http://{HOST}:{self.control_port}"

    @property
    def token(self) -> str:
        return self.secrets["EXPORT_TOKEN"]

    def broker_url(self, broker: str) -> str:
        """One of the brokers as this machine reaches it."""
        if broker == "rabbitmq":
            return f"amqp://queuelab:{self.secrets['RABBITMQ_PASSWORD']}@{HOST}:{self.rabbitmq_port}//"
        return f"redis://:{self.secrets['REDIS_PASSWORD']}@{HOST}:{self.redis_port}/0"

    @property
    def web_processes(self) -> int:
        return 1 if self.spec.mode == "queue" else self.spec.workers

    @property
    def containers(self) -> dict[str, int]:
        """The services that are started, and how many containers of each."""
        workers = {"worker": self.spec.workers} if self.spec.mode == "queue" else {}
        broker = "rabbitmq" if self.spec.broker == "rabbitmq" else "redis"
        return dict.fromkeys((broker, "db", "external", "migrate", "sweeper", "web", "control"), 1) | workers

    @property
    def environment(self) -> dict[str, str]:
        workload = WORKLOADS[self.spec.workload]
        variables: dict[str, object] = {
            "PORT": self.web_port,
            "CONTROL_PORT": self.control_port,
            "REDIS_PORT": self.redis_port,
            "RABBITMQ_PORT": self.rabbitmq_port,
            "BROKER": self.spec.broker,
            "CELERY_BROKER_URL": "",
            "CELERY_WORKER_PREFETCH_MULTIPLIER": self.spec.prefetch_multiplier,
            "QUEUE_PROFILE": self.spec.profile,
            "QUEUE_HAS_WORKERS": self.spec.mode == "queue",
            "CELERY_TASK_DEFAULT_QUEUE_TYPE": self.spec.queue_type,
            "CLOCK_OFFSET_NS": self.clock.offset_ns,
            "WEB_PROCESSES": self.web_processes,
            "WEB_GUNICORN_ARGS": " ".join(map(str, worker_class(self.spec.web_threads))),
            "WORKER_CONCURRENCY": 1,
            "EXTERNAL_DELAY_S": workload.delay_s,
            "EXTERNAL_DELAY_CV": workload.delay_cv,
            "EXTERNAL_SEED": self.spec.seed,
            **self._limits(),
        }
        return engine_inherited() | self.secrets | {name: str(value) for name, value in variables.items()}

    def _limits(self) -> dict[str, object]:
        """The same for every worker in both modes: in sync the web's processes are the workers."""
        return {
            "WEB_CPUS": min(WORKER_CPUS * self.web_processes, cores()),
            "WEB_MEMORY": f"{WORKER_MEBIBYTES * self.web_processes}m",
            "WORKER_CPUS": min(WORKER_CPUS, cores()),
            "WORKER_MEMORY": f"{WORKER_MEBIBYTES}m",
        }


def new_compose_layout(spec: StackSpec) -> ComposeLayout:
    """A layout with its own name, ports and secrets; raises on levels that docker-compose.yml does not have."""
    for level, only in (("database", ("postgres",)), ("broker", ("redis", "rabbitmq")), ("broker_delay_s", (0.0,))):
        if getattr(spec, level) not in only:
            raise StackError(f"The Compose stack supports only {level} = {' or '.join(map(str, only))}.")
    return ComposeLayout(
        project=f"queuelab-{os.getpid()}-{secrets.token_hex(4)}",
        web_port=claim(spec.port),
        control_port=free_port(),
        redis_port=free_port(),
        rabbitmq_port=free_port(),
        clock=Clock.anchored(),
        secrets={name: secrets.token_hex(24) for name in SECRETS},
        spec=spec,
    )


def attached_layout(spec: StackSpec) -> ComposeLayout:
    """The layout of the project that a person has brought up, as .env and docker-compose.yml describe it."""
    known = _read_environment_file() | os.environ
    if missing := [name for name in SECRETS if not known.get(name)]:
        raise StackError(f"{ENVIRONMENT_FILE} does not set {', '.join(missing)}. Create it first: make .env.")
    return ComposeLayout(
        project=known.get("COMPOSE_PROJECT_NAME", "queuelab"),
        web_port=int(known.get("PORT", 8000)),
        control_port=int(known.get("CONTROL_PORT", 8001)),
        redis_port=int(known.get("REDIS_PORT", 6379)),
        rabbitmq_port=int(known.get("RABBITMQ_PORT", 5672)),
        clock=Clock.anchored(),
        secrets={name: known[name] for name in SECRETS},
        spec=spec,
    )


def _read_environment_file() -> dict[str, str]:
    """The variables of .env, without comments."""
    lines = ENVIRONMENT_FILE.read_text(encoding="utf-8-sig").splitlines() if ENVIRONMENT_FILE.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}
