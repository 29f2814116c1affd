"""Asks a Compose stack's live containers for the settings in force."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from loadtests import ROOT
from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.planning.configuration import Configuration
from loadtests.stack.app_client import reachable
from loadtests.stack.compose.engine import Container, Engine
from loadtests.stack.compose.layout import ComposeLayout
from loadtests.stack.local.live_settings import app_settings, round_trip_s
from loadtests.stack.process.environment import engine_inherited
from loadtests.stack.process.process_group import START_LIMIT_S, TAIL_LINES, Command, wait_until
from loadtests.stack.sampling.meters import CgroupMeter
from loadtests.stack.sampling.sampler import COMPONENTS, Sampler, SamplingTarget
from loadtests.stack.services.queue_depth import Queue, open_queue
from loadtests.stack.services.rabbitmq import RabbitQueue
from loadtests.stack.stack_file import OBSERVATIONS, StackInfo

#: How far the app's clock may be from this machine's: containers in a virtual machine have another one.
CLOCK_TOLERANCE_S = 0.25


def open_composed_queue(layout: ComposeLayout, engine: Engine, containers: list[Container], broker: str) -> Queue:
    """A connection to a broker; RabbitMQ's own Erlang, inside its container, tells what is in hand."""
    url = layout.broker_url(broker)
    if broker != "rabbitmq":
        return open_queue(url)
    (rabbit,) = [one for one in containers if one.service == "rabbitmq"]
    argv = (shutil.which(engine.name) or engine.name, "exec", "--interactive", rabbit.id, "erl", "-sname", "asks")
    return RabbitQueue(url, "rabbit@rabbitmq", Command(name="asker", argv=argv, cwd=ROOT, env=engine_inherited()))


def composed_settings(layout: ComposeLayout, engine: Engine, containers: list[Container]) -> dict[str, Any]:
    """The settings in force, once the node of every worker's container answers; raises if one does not."""
    nodes = len([one for one in containers if one.service == "worker"])
    what = f"Every one of {nodes} worker containers, at the broker that the app uses,"
    settings = wait_until(
        what,
        lambda: app_settings(layout.control_url, layout.token, nodes),
        check=lambda: None,
        timeout_s=START_LIMIT_S,
    )
    refuse_other_clock(settings.pop("now"), layout.clock)
    (web,) = [one for one in containers if one.service == "web"]
    return settings | {
        "engine": engine.version(),
        "web": _web(engine, web),
        "limits": {one.service: engine.limits(one) for one in containers},
    }


def broker_of(settings: dict[str, Any]) -> str:
    """Which broker the app really uses."""
    return "rabbitmq" if settings["broker"]["server"] == "rabbitmq" else "redis"


def live_levels(settings: dict[str, Any], asked: Configuration) -> Configuration:
    """What a stack is that somebody else has started; the mode and the workload are the person's to say."""
    nodes = settings["workers"]
    return replace(
        asked,
        workers=sum(node["processes"] for node in nodes) if asked.mode == "queue" else settings["web"]["processes"],
        broker=broker_of(settings),
        queue_type=nodes[0]["queue_type"] if nodes else "classic",
        database={"postgresql": "postgres"}.get(settings["database"]["vendor"], settings["database"]["vendor"]),
        web_threads=settings["web"]["threads"],
        prefetch=nodes[0]["prefetch_multiplier"] if nodes else 1,
        profile=settings["profile"],
    )


def refuse_other_clock(now: float, clock: Clock) -> None:
    """Raise if the app's clock is not the one that the load is timed by."""
    apart_s = now - clock.now()
    if abs(apart_s) > CLOCK_TOLERANCE_S:
        raise StackError(
            f"The containers' clock is {apart_s:+.1f} s from this machine's: they run in a virtual machine, "
            "so their times cannot be compared. Run the harness where the containers run, or the local stack."
        )


def _web(engine: Engine, web: Container) -> dict[str, Any]:
    """The web server's processes: a master that has the others for children."""
    processes = engine.processes(web)
    pids = {one["PID"] for one in processes}
    (master,) = [one for one in processes if one["PPID"] not in pids]
    # gunicorn takes its options from there as well, where no list of processes shows them.
    options = engine.environment(web).get("GUNICORN_CMD_ARGS", "").split()
    return web_settings(len([one for one in processes if one["PPID"] == master["PID"]]), options)


def web_settings(processes: int, options: Sequence[str]) -> dict[str, Any]:
    """The web server as it runs with some options of gunicorn's."""
    return {
        "processes": processes,
        "worker_class": options[options.index("--worker-class") + 1] if "--worker-class" in options else "sync",
        "threads": int(options[options.index("--threads") + 1]) if "--threads" in options else 1,
    }


#: How long a stack may take to be ready once its containers are started.
READY_LIMIT_S = 180.0

#: How often the engine is asked whether every container still runs: each answer costs it some 50 ms of a core.
CHECK_PERIOD_S = 5.0

#: A component of the harness's for each service that is called otherwise.
NAMES = {"db": "database", "redis": "broker", "rabbitmq": "broker"}

#: Containers that are meant to end.
ONE_SHOTS = ("migrate",)


class Watch:
    """Samples and checks one Compose stack from outside; closing it leaves the stack running."""

    def __init__(self, layout: ComposeLayout, engine: Engine, directory: Path) -> None:
        self._layout, self._engine, self._directory = layout, engine, directory
        self._queue: Queue | None = None
        self._sampler: Sampler | None = None
        self._checked_at = 0.0

    def wait(self) -> None:
        """Wait until the app answers that all is well, at both of its listeners."""
        for what, url in (("The app", self._layout.url), ("The app's control listener", self._layout.control_url)):
            self._wait_for(what, url)

    def settings(self) -> dict[str, Any]:
        """The settings in force, asked of the live containers."""
        containers = self._running()
        settings = composed_settings(self._layout, self._engine, containers)
        self._queue = open_composed_queue(self._layout, self._engine, containers, broker_of(settings))
        direct_s = round(round_trip_s(self._queue), 6)
        return settings | {"broker_delay": {"direct_s": direct_s, "app_s": direct_s, "added_s": 0.0}}

    def start(self, levels: Configuration, settings: dict[str, Any]) -> StackInfo:
        """Sample the stack from now on."""
        assert self._queue, "its settings were asked for"
        containers = self._running()
        queue = self._queue if levels.mode == "queue" else None
        self._sampler = Sampler(self._view(), queue, _meters(containers))
        self._sampler.start()
        return StackInfo(
            **levels.levels(),
            url=self._layout.url,
            control_url=self._layout.control_url,
            token=self._layout.token,
            clock_offset_ns=self._layout.clock.offset_ns,
            directory=str(self._directory),
            supervisor_pid=psutil.Process().pid,
            pids={f"{one.service}-{n}": one.pid for n, one in enumerate(containers)},
            settings=settings,
        )

    def check(self) -> None:
        """Raise if a container has ended, or if nobody samples the stack any more."""
        if self._sampler:
            self._sampler.check()
        if time.monotonic() > self._checked_at + CHECK_PERIOD_S:
            self._checked_at = time.monotonic()
            for one in self._engine.containers():
                if not one.running and one.service not in ONE_SHOTS:
                    tail = self._engine.tail(one, TAIL_LINES)
                    raise StackError(f"The container of {one.service} has exited. The end of its log:\n{tail}")

    def close(self) -> None:
        if self._sampler:
            self._sampler.stop()
        if self._queue:
            self._queue.close()
        self._sampler = self._queue = None

    def _wait_for(self, what: str, url: str) -> None:
        wait_until(what, lambda: reachable(f"{url}/healthz"), check=self.check, timeout_s=READY_LIMIT_S)

    def _running(self) -> list[Container]:
        return [one for one in self._engine.containers() if one.running]

    def _view(self) -> SamplingTarget:
        return SamplingTarget(
            observations=self._directory / OBSERVATIONS,
            control_url=self._layout.control_url,
            token=self._layout.token,
            clock=self._layout.clock,
        )


def _meters(containers: Sequence[Container]) -> dict[str, CgroupMeter]:
    pids: dict[str, list[int]] = {}
    for one in containers:
        name = NAMES.get(one.service, one.service)
        if name in COMPONENTS:  # Locust in a container, or flower, is no part of what is measured.
            pids.setdefault(name, []).append(one.pid)
    return {name: CgroupMeter(several) for name, several in pids.items()}
