"""The command line and the environment of every component of a local stack."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from loadtests.stack.broker import server_path
from loadtests.stack.info import ROOT
from loadtests.stack.ports import HOST
from loadtests.stack.processes import Command
from loadtests.workloads import Workload

APP = ROOT / "app_under_test"

#: Left out of the children's environment: they would change what is measured.
FOREIGN_PREFIXES = (
    "DJANGO_",
    "CELERY_",
    "DATABASE_",
    "EMAIL_",
    "EXTERNAL_",
    "UPLOAD_",
    "LOCUST_",
    "GUNICORN_",
)


@dataclass(frozen=True, kw_only=True)
class StackSpec:
    """What to start. port is the app's; 0 takes any free one."""

    mode: str
    workers: int
    workload: Workload
    seed: int
    port: int = 0


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where one stack lives: its directory, ports and secrets."""

    directory: Path
    web_port: int
    control_port: int
    broker_port: int
    external_port: int
    token: str
    password: str
    secret_key: str
    clock_offset_ns: int

    @property
    def broker_url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.broker_port}/0"

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
    def environment(self) -> dict[str, str]:
        """The app's settings."""
        return {
            "DJANGO_SECRET_KEY": self.secret_key,
            "DATABASE_URL": f"sqlite:///{quote(str(self.directory / 'db.sqlite3'))}",
            "MEDIA_ROOT": str(self.directory / "media"),
            "CELERY_BROKER_URL": self.broker_url,
            "EXTERNAL_RESOURCE_URL": self.external_url,
            "EXPORT_TOKEN": self.token,
            "CLOCK_OFFSET_NS": str(self.clock_offset_ns),
        }


def inherited() -> dict[str, str]:
    """This process's environment without what configures the components."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN_PREFIXES)}
    return kept | {"PYTHONUNBUFFERED": "1"}


def broker(site: Site, configuration: Path) -> Command:
    return _command("broker", site, (str(server_path()), str(configuration)))


def external(site: Site, spec: StackSpec) -> Command:
    return _python(
        "external",
        site,
        ("external_resource.py", "--port", site.external_port, "--delay-s", spec.workload.delay_s)
        + ("--delay-cv", spec.workload.delay_cv, "--seed", spec.seed),
    )


def migrate(site: Site) -> Command:
    return _python("migrate", site, ("manage.py", "migrate", "--verbosity", "0"))


def web(site: Site, spec: StackSpec) -> Command:
    """The app's front door: N processes that do the work, or one that only accepts."""
    return _gunicorn("web", site, site.web_port, 1 if spec.mode == "queue" else spec.workers)


def control(site: Site) -> Command:
    """The same app behind a listener of its own, for the harness's questions."""
    return _gunicorn("control", site, site.control_port, 1)


def worker(site: Site, spec: StackSpec) -> Command:
    arguments = ("-A", "project", "worker", "--loglevel", "INFO", "--concurrency", spec.workers)
    # One node alone has nobody to greet; mingle would cost each start a second.
    quiet = ("--hostname", f"pictures@{HOST}", "--without-mingle", "--without-gossip")
    return _python("worker", site, ("-m", "celery", *arguments, *quiet))


def _gunicorn(name: str, site: Site, port: int, processes: int) -> Command:
    # The sync class: its processes share one accept queue, while gthread processes take connections that they
    # cannot serve although another process idles. A picture may take long, so silence is no reason to kill.
    return _python(
        name,
        site,
        ("-m", "gunicorn", "project.wsgi", "--bind", f"{HOST}:{port}", "--workers", processes)
        + ("--worker-class", "sync", "--preload", "--timeout", 600, "--graceful-timeout", 2)
        + ("--no-control-socket", "--name", f"queuelab-{name}"),
    )


def _python(name: str, site: Site, arguments: tuple[object, ...]) -> Command:
    return _command(name, site, (sys.executable, *map(str, arguments)))


def _command(name: str, site: Site, argv: tuple[str, ...]) -> Command:
    return Command(name=name, argv=argv, cwd=APP, env=inherited() | site.environment)
