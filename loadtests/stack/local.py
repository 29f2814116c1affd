"""The stack as child processes on loopback: broker, web, N workers, external resource."""

import secrets
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.stack import commands
from loadtests.stack.broker import Broker, write_configuration
from loadtests.stack.client import get_json, reachable
from loadtests.stack.commands import Site, StackSpec
from loadtests.stack.info import StackInfo
from loadtests.stack.observer import Observer
from loadtests.stack.ports import claim, free_port
from loadtests.stack.processes import Child, Command, Family, wait_until
from loadtests.stack.settings import verify

#: How long a component may take to be ready on a slow, busy machine.
START_LIMIT_S = 60.0

#: How long a component may take to end by itself.
STOP_GRACE_S = 8.0


class LocalStack:
    """Runs from `start` to `stop`; as a context manager it stops whatever happens inside.

    directory takes data and secrets and may go with the stack; logs are worth keeping.
    """

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        self.spec = spec
        self.directory = directory.resolve()
        self.logs = logs.resolve()
        self._family: Family | None = None
        self._observer: Observer | None = None

    def __enter__(self) -> StackInfo:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> StackInfo:
        """Start every component, wait until each is ready, and verify what is really running."""
        site = self._site()
        self._family = Family(self.logs)
        self._start_ground(site)
        self._start_app(site)
        settings = self._settings(site)
        self._observer = self._observe(site)
        return self._info(site, settings)

    def check(self) -> None:
        """Raise if a component has ended, or if nobody samples the stack any more."""
        if self._family:
            self._family.check()
        if self._observer and not self._observer.is_alive():
            raise StackError(f"The stack is not sampled any more: {self._observer.failure}.")

    def stop(self) -> None:
        """End everything: first what talks to the broker, then the broker."""
        if self._observer:
            self._observer.stop()
        if self._family:
            self._family.stop(("web", "control", "worker"), STOP_GRACE_S)
            self._family.close(STOP_GRACE_S)
        self._observer = self._family = None

    def _site(self) -> Site:
        (self.directory / "media").mkdir(parents=True, exist_ok=True)
        return Site(
            directory=self.directory,
            web_port=claim(self.spec.port),
            control_port=free_port(),
            broker_port=free_port(),
            external_port=free_port(),
            token=secrets.token_urlsafe(24),
            password=secrets.token_urlsafe(24),
            secret_key=secrets.token_urlsafe(48),
            clock_offset_ns=Clock.anchored().offset_ns,
        )

    def _start_ground(self, site: Site) -> None:
        """What the app stands on: tables, broker, external resource."""
        family = self._running()
        migration = family.start(commands.migrate(site))
        configuration = write_configuration(self.directory, site.broker_port, site.password)
        self._start(commands.broker(site, configuration))
        self._start(commands.external(site, self.spec))
        family.finish(migration, START_LIMIT_S)
        self._wait_for_broker(site)
        self._wait_for(f"{site.external_url}/healthz", "The external resource")

    def _start_app(self, site: Site) -> None:
        if self.spec.mode == "queue":
            self._start(commands.worker(site, self.spec))
        self._start(commands.web(site, self.spec))
        self._start(commands.control(site))
        self._wait_for(f"{site.web_url}/healthz", "The app")
        self._wait_for(f"{site.control_url}/healthz", "The app's control listener")

    def _settings(self, site: Site) -> dict[str, Any]:
        """The effective settings, once they are what was asked for; raises if they do not become so."""
        settings = wait_until(
            "The Celery worker", lambda: self._complete(site), check=self.check, timeout_s=START_LIMIT_S
        )
        web_processes = self._web_processes()
        verify(settings, mode=self.spec.mode, workers=self.spec.workers, web_processes=web_processes)
        return settings | {"web": {"processes": web_processes, "worker_class": "sync"}}

    def _web_processes(self) -> int:
        """How many processes serve the front door, once they are as many as asked for; gunicorn starts them
        one by one, and the first one already answers."""
        asked = 1 if self.spec.mode == "queue" else self.spec.workers
        master = psutil.Process(self._running().children["web"].pid)

        def enough() -> int | None:
            count = len(master.children())
            return count if count >= asked else None

        return wait_until(f"The web server's {asked} processes", enough, check=self.check, timeout_s=START_LIMIT_S)

    def _complete(self, site: Site) -> dict[str, Any] | None:
        nodes = 1 if self.spec.mode == "queue" else 0
        url = f"{site.control_url}/config/"
        settings: dict[str, Any] = get_json(url, token=site.token, timeout_s=30.0, workers=nodes)
        return settings if len(settings["workers"]) >= nodes else None

    def _observe(self, site: Site) -> Observer:
        observer = Observer(
            self.directory / "observations.csv",
            pids=self._pids(),
            control_url=site.control_url,
            token=site.token,
            clock=Clock(site.clock_offset_ns),
            broker_url=site.broker_url if self.spec.mode == "queue" else None,
        )
        observer.start()
        return observer

    def _info(self, site: Site, settings: dict[str, Any]) -> StackInfo:
        return StackInfo(
            url=site.web_url,
            control_url=site.control_url,
            token=site.token,
            broker_url=site.broker_url,
            mode=self.spec.mode,
            workers=self.spec.workers,
            workload=self.spec.workload.name,
            clock_offset_ns=site.clock_offset_ns,
            directory=str(site.directory),
            supervisor_pid=psutil.Process().pid,
            supervisor_started_at=psutil.Process().create_time(),
            pids=self._pids(),
            settings=settings,
        )

    def _wait_for_broker(self, site: Site) -> None:
        broker = Broker(site.broker_url)
        wait_until("The broker", lambda: broker.answers() or None, check=self.check, timeout_s=START_LIMIT_S)
        broker.close()

    def _wait_for(self, url: str, what: str) -> None:
        wait_until(what, lambda: reachable(url), check=self.check, timeout_s=START_LIMIT_S)

    def _start(self, command: Command) -> Child:
        return self._running().start(command)

    def _pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._running().children.items()}

    def _running(self) -> Family:
        assert self._family is not None, "the stack was not started"
        return self._family
