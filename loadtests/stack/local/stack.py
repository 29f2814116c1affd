"""The stack as child processes on loopback: broker, database, web, N workers, external resource."""

from pathlib import Path
from typing import Any

import psutil

from loadtests.clock import Clock
from loadtests.stack import commands
from loadtests.stack.app_client import reachable
from loadtests.stack.base import SQLITE_FILE, Stack, StackLayout, StackSpec, new_layout
from loadtests.stack.local.live_settings import effective_settings, verify
from loadtests.stack.process.ports import refuse_exposed
from loadtests.stack.process.process_group import (
    RESTARTS,
    START_LIMIT_S,
    ManagedProcess,
    ProcessGroup,
    Supervisor,
    wait_until,
)
from loadtests.stack.sampling.meters import process_meters
from loadtests.stack.sampling.sampler import Sampler, SamplingTarget
from loadtests.stack.services.backing_services import BackingServices
from loadtests.stack.stack_file import OBSERVATIONS, StackInfo

#: How long a component may take to end by itself.
STOP_GRACE_S = 8.0


class LocalStack(Stack):
    """Broker, database, web, workers and external resource as children of this process."""

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        super().__init__(spec, directory, logs)
        self._group: ProcessGroup | None = None
        self._services: BackingServices | None = None
        self._sampler: Sampler | None = None
        self._supervisor: Supervisor | None = None
        self._layout: StackLayout | None = None

    def start(self) -> StackInfo:
        """Start every component, wait until each is ready, and verify what is really running."""
        layout = new_layout(self.spec, self.directory)
        self._layout, self._group = layout, ProcessGroup(self.logs)
        self._supervisor = Supervisor(self._group, Clock(layout.clock_offset_ns), self.directory / RESTARTS)
        self._services = BackingServices(layout, self.spec, self._group)
        self._services.start()
        self._start_app(layout)
        refuse_exposed(self._group)
        settings = effective_settings(layout, self._group, self._services)
        verify(settings, self.spec)
        self._sampler = self._sample(layout)
        return StackInfo(
            **self.spec.levels(),
            url=layout.web_url,
            control_url=layout.control_url,
            token=layout.token,
            clock_offset_ns=layout.clock_offset_ns,
            directory=str(layout.directory),
            supervisor_pid=psutil.Process().pid,
            pids=self.pids,
            settings=settings,
        )

    def check(self) -> None:
        """Start workers and broker again if they have died; raise if another component has ended, or if nobody samples
        the stack any more."""
        if self._supervisor:
            self._supervisor.check()
        if self._sampler:
            self._sampler.check()

    def stop(self) -> None:
        """End everything: first what talks to the broker, then the broker."""
        if self._sampler:
            self._sampler.stop()
        if self._group:
            self._group.stop(("web", "control", "sweeper", "worker"), STOP_GRACE_S)
            self._group.close(STOP_GRACE_S)
        if self._services:
            self._services.remove()
        self._sampler = self._services = self._group = None
        super().stop()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What has died and was started again, and when."""
        return self._supervisor.events if self._supervisor else []

    @property
    def pids(self) -> dict[str, int]:
        assert self._group, "asked while the stack is up"
        return self._group.pids

    @property
    def broker_url(self) -> str:
        assert self._layout, "asked while the stack is up"
        return self._layout.broker_url

    @property
    def database_file(self) -> Path:
        return self.directory / SQLITE_FILE

    def child(self, name: str) -> ManagedProcess:
        """A running component, by name."""
        assert self._group, "asked while the stack is up"
        return self._group.children[name]

    def hold(self, name: str) -> None:
        """Leave a component down if it dies, until it is released."""
        assert self._supervisor, "asked while the stack is up"
        self._supervisor.hold(name)

    def release(self, name: str) -> None:
        assert self._supervisor, "asked while the stack is up"
        self._supervisor.release(name)

    def _start_app(self, layout: StackLayout) -> None:
        assert self._group, "started after the services"
        if self.spec.mode == "queue":
            self._group.start(commands.worker(layout, self.spec))
            if self.spec.profile == "safe":
                self._group.start(commands.sweeper(layout))
        self._group.start(commands.web(layout, self.spec))
        self._group.start(commands.control(layout))
        self._wait_for("The app", layout.web_url)
        self._wait_for("The app's control listener", layout.control_url)

    def _wait_for(self, what: str, url: str) -> None:
        wait_until(what, lambda: reachable(f"{url}/healthz"), check=self.check, timeout_s=START_LIMIT_S)

    def _sample(self, layout: StackLayout) -> Sampler:
        assert self._group and self._services, "observed once it is started"
        view = SamplingTarget(
            observations=layout.directory / OBSERVATIONS,
            control_url=layout.control_url,
            token=layout.token,
            clock=Clock(layout.clock_offset_ns),
        )
        meters = process_meters(self._group)
        sampler = Sampler(view, self._services.queue if self.spec.mode == "queue" else None, meters)
        sampler.start()
        return sampler
