"""Watches a composed stack that is up: what it really is, whether it stays, and how long its queue is."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from loadtests.errors import StackError
from loadtests.planning.configuration import Configuration
from loadtests.stack.app_client import reachable
from loadtests.stack.compose.engine import Container, Engine
from loadtests.stack.compose.layout import ComposeSite
from loadtests.stack.compose.live_settings import broker_of, composed_settings, open_composed_queue
from loadtests.stack.live_settings import round_trip_s
from loadtests.stack.process.process_group import TAIL_LINES, wait_until
from loadtests.stack.sampling.meters import CgroupMeter
from loadtests.stack.sampling.sampler import COMPONENTS, Observer, View
from loadtests.stack.services.queue_depth import Queue
from loadtests.stack.stack_file import OBSERVATIONS, StackInfo

#: How long a stack may take to be ready once its containers are started.
READY_LIMIT_S = 180.0

#: How often the engine is asked whether every container still runs: each answer costs it some 50 ms of a core.
CHECK_PERIOD_S = 5.0

#: A component of the harness's for each service that is called otherwise.
NAMES = {"db": "database", "redis": "broker", "rabbitmq": "broker"}

#: Containers that are meant to end.
ONE_SHOTS = ("migrate",)


class Watch:
    """One composed stack as seen from outside. close lets it go and leaves it up."""

    def __init__(self, site: ComposeSite, engine: Engine, directory: Path) -> None:
        self._site, self._engine, self._directory = site, engine, directory
        self._queue: Queue | None = None
        self._observer: Observer | None = None
        self._checked_at = 0.0

    def wait(self) -> None:
        """Wait until the app answers that all is well, at both of its listeners."""
        for what, url in (("The app", self._site.url), ("The app's control listener", self._site.control_url)):
            self._wait_for(what, url)

    def settings(self) -> dict[str, Any]:
        """The settings in force, asked of the live containers."""
        containers = self._running()
        settings = composed_settings(self._site, self._engine, containers)
        self._queue = open_composed_queue(self._site, self._engine, containers, broker_of(settings))
        direct_s = round(round_trip_s(self._queue), 6)
        return settings | {"broker_delay": {"direct_s": direct_s, "app_s": direct_s, "added_s": 0.0}}

    def start(self, levels: Configuration, settings: dict[str, Any]) -> StackInfo:
        """Sample the stack from now on."""
        assert self._queue, "its settings were asked for"
        containers = self._running()
        queue = self._queue if levels.mode == "queue" else None
        self._observer = Observer(self._view(), queue, _meters(containers))
        self._observer.start()
        return StackInfo(
            **levels.levels(),
            url=self._site.url,
            control_url=self._site.control_url,
            token=self._site.token,
            clock_offset_ns=self._site.clock.offset_ns,
            directory=str(self._directory),
            supervisor_pid=psutil.Process().pid,
            pids={f"{one.service}-{n}": one.pid for n, one in enumerate(containers)},
            settings=settings,
        )

    def check(self) -> None:
        """Raise if a container has ended, or if nobody samples the stack any more."""
        if self._observer and not self._observer.is_alive():
            raise StackError(f"The stack is not sampled any more: {self._observer.failure}.")
        if time.monotonic() > self._checked_at + CHECK_PERIOD_S:
            self._checked_at = time.monotonic()
            for one in self._engine.containers():
                if not one.running and one.service not in ONE_SHOTS:
                    tail = self._engine.tail(one, TAIL_LINES)
                    raise StackError(f"The container of {one.service} has ended. The end of its log:\n{tail}")

    def close(self) -> None:
        if self._observer:
            self._observer.stop()
        if self._queue:
            self._queue.close()
        self._observer = self._queue = None

    def _wait_for(self, what: str, url: str) -> None:
        wait_until(what, lambda: reachable(f"{url}/healthz"), check=self.check, timeout_s=READY_LIMIT_S)

    def _running(self) -> list[Container]:
        return [one for one in self._engine.containers() if one.running]

    def _view(self) -> View:
        return View(
            observations=self._directory / OBSERVATIONS,
            control_url=self._site.control_url,
            token=self._site.token,
            clock=self._site.clock,
        )


def _meters(containers: Sequence[Container]) -> dict[str, CgroupMeter]:
    pids: dict[str, list[int]] = {}
    for one in containers:
        name = NAMES.get(one.service, one.service)
        if name in COMPONENTS:  # Locust in a container, or flower, is no part of what is measured.
            pids.setdefault(name, []).append(one.pid)
    return {name: CgroupMeter(several) for name, several in pids.items()}
