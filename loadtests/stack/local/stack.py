"""The stack as child processes on loopback: broker, database, web, N workers, external resource."""

from pathlib import Path
from typing import Any

import psutil

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.stack import commands
from loadtests.stack.app_client import reachable
from loadtests.stack.base import SQLITE_FILE, Site, Stack, StackSpec, new_site
from loadtests.stack.local.live_settings import effective_settings, verify
from loadtests.stack.process.ports import refuse_exposed
from loadtests.stack.process.process_group import RESTARTS, START_LIMIT_S, Child, Family, Supervisor, wait_until
from loadtests.stack.sampling.meters import process_meters
from loadtests.stack.sampling.sampler import Observer, View
from loadtests.stack.services.backing_services import Ground
from loadtests.stack.stack_file import OBSERVATIONS, StackInfo

#: How long a component may take to end by itself.
STOP_GRACE_S = 8.0


class LocalStack(Stack):
    """Broker, database, web, workers and external resource as children of this process."""

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        super().__init__(spec, directory, logs)
        self._family: Family | None = None
        self._ground: Ground | None = None
        self._observer: Observer | None = None
        self._supervisor: Supervisor | None = None
        self._site: Site | None = None

    def start(self) -> StackInfo:
        """Start every component, wait until each is ready, and verify what is really running."""
        site = new_site(self.spec, self.directory)
        self._site, self._family = site, Family(self.logs)
        self._supervisor = Supervisor(self._family, Clock(site.clock_offset_ns), self.directory / RESTARTS)
        self._ground = Ground(site, self.spec, self._family)
        self._ground.start()
        self._start_app(site)
        refuse_exposed(self._family)
        settings = effective_settings(site, self._family, self._ground)
        verify(settings, self.spec)
        self._observer = self._observe(site)
        return StackInfo(
            **self.spec.levels(),
            url=site.web_url,
            control_url=site.control_url,
            token=site.token,
            clock_offset_ns=site.clock_offset_ns,
            directory=str(site.directory),
            supervisor_pid=psutil.Process().pid,
            pids=self.pids,
            settings=settings,
        )

    def check(self) -> None:
        """Start workers and broker again if they have died; raise if another component has ended, or if nobody samples
        the stack any more."""
        if self._supervisor:
            self._supervisor.check()
        if self._observer and not self._observer.is_alive():
            raise StackError(f"The stack is not sampled any more: {self._observer.failure}.")

    def stop(self) -> None:
        """End everything: first what talks to the broker, then the broker."""
        if self._observer:
            self._observer.stop()
        if self._family:
            self._family.stop(("web", "control", "sweeper", "worker"), STOP_GRACE_S)
            self._family.close(STOP_GRACE_S)
        if self._ground:
            self._ground.remove()
        self._observer = self._ground = self._family = None
        super().stop()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What has died and was started again, and when."""
        return self._supervisor.events if self._supervisor else []

    @property
    def pids(self) -> dict[str, int]:
        assert self._family, "asked while the stack is up"
        return self._family.pids

    @property
    def broker_url(self) -> str:
        assert self._site, "asked while the stack is up"
        return self._site.broker_url

    @property
    def database_file(self) -> Path:
        return self.directory / SQLITE_FILE

    def child(self, name: str) -> Child:
        """A running component, by name."""
        assert self._family, "asked while the stack is up"
        return self._family.children[name]

    def hold(self, name: str) -> None:
        """Leave a component down if it dies, until it is released."""
        assert self._supervisor, "asked while the stack is up"
        self._supervisor.hold(name)

    def release(self, name: str) -> None:
        assert self._supervisor, "asked while the stack is up"
        self._supervisor.release(name)

    def _start_app(self, site: Site) -> None:
        assert self._family, "started after the ground"
        if self.spec.mode == "queue":
            self._family.start(commands.worker(site, self.spec))
            if self.spec.profile == "safe":
                self._family.start(commands.sweeper(site))
        self._family.start(commands.web(site, self.spec))
        self._family.start(commands.control(site))
        self._wait_for("The app", site.web_url)
        self._wait_for("The app's control listener", site.control_url)

    def _wait_for(self, what: str, url: str) -> None:
        wait_until(what, lambda: reachable(f"{url}/healthz"), check=self.check, timeout_s=START_LIMIT_S)

    def _observe(self, site: Site) -> Observer:
        assert self._family and self._ground, "observed once it is started"
        view = View(
            observations=site.directory / OBSERVATIONS,
            control_url=site.control_url,
            token=site.token,
            clock=Clock(site.clock_offset_ns),
        )
        meters = process_meters(self._family)
        observer = Observer(view, self._ground.queue if self.spec.mode == "queue" else None, meters)
        observer.start()
        return observer
