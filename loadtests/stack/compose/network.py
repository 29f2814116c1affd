"""A Compose stack as a container in its own network sees it: by its services' names, without an engine to ask."""

import os
from typing import Any

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.format import amount
from loadtests.stack.app_client import reachable
from loadtests.stack.base import Stack
from loadtests.stack.compose.live_settings import live_levels, refuse_other_clock, web_settings
from loadtests.stack.local.live_settings import ask_settings, round_trip_s
from loadtests.stack.process.process_group import wait_until
from loadtests.stack.sampling.sampler import Sampler, SamplingTarget
from loadtests.stack.services.queue_depth import Queue, open_queue
from loadtests.stack.stack_file import OBSERVATIONS, StackInfo

URL, CONTROL_URL = "http://web:8000", "http://control:8000"

#: Set by the image of those that put load on the services.
MARK = "QUEUELAB_IN_NETWORK"

#: How long the app may take to answer; whoever starts a test looks at a page meanwhile.
READY_LIMIT_S = 30.0

#: More worker nodes than answer, so that all have the time to.
MANY = 1000


def in_network() -> bool:
    """Whether this process runs in a container of the Compose stack's network."""
    return bool(os.environ.get(MARK))


class NetworkStack(Stack):
    """What is up in this network: asked anew at every start, sampled until stop, and left up."""

    _sampler: Sampler
    _workers: int

    def start(self) -> StackInfo:
        """Ask the stack what it is, and begin to sample it. What its containers cost, nobody can tell in here."""
        clock = Clock.anchored()
        for url in (CONTROL_URL, URL):
            _wait_for(url)
        settings = _settings(clock)
        levels = live_levels(settings, self.spec)
        if levels.mode == "queue" and not levels.workers:
            raise StackError("No Celery worker answers. Start workers: docker compose up -d --scale worker=2.")
        self._workers = levels.workers
        queue = self._open_queue(settings)
        direct_s = round(round_trip_s(queue), 6)
        self._sample(queue if levels.mode == "queue" else None, clock)
        return StackInfo(
            **levels.levels(),
            url=URL,
            control_url=CONTROL_URL,
            token=os.environ["EXPORT_TOKEN"],
            clock_offset_ns=clock.offset_ns,
            directory=str(self.directory),
            supervisor_pid=os.getpid(),
            pids={},
            settings=settings | {"broker_delay": {"direct_s": direct_s, "app_s": direct_s, "added_s": 0.0}},
        )

    def check(self) -> None:
        """Raise if nobody samples the stack any more, or if workers came or went: the trial's name would be wrong."""
        self._sampler.check()
        workers = live_levels(_settings(Clock.anchored()), self.spec).workers
        if workers != self._workers:
            before = amount(self._workers, "worker")
            raise StackError(
                f"{before} answered before the test and {workers} after it. Wait until all workers are up, "
                "then start the test again."
            )

    def _open_queue(self, settings: dict[str, Any]) -> Queue:
        url, transport = os.environ["CELERY_BROKER_URL"], settings["broker"]["transport"]
        if not url.startswith(transport):
            raise StackError(f"The app's broker now speaks {transport}: docker compose restart locust load-worker.")
        queue = open_queue(url)
        self._open.callback(queue.close)
        return queue

    def _sample(self, queue: Queue | None, clock: Clock) -> None:
        view = SamplingTarget(
            observations=self.directory / OBSERVATIONS,
            control_url=CONTROL_URL,
            token=os.environ["EXPORT_TOKEN"],
            clock=clock,
        )
        self._sampler = Sampler(view, queue, {})
        self._open.callback(self._sampler.stop)
        self._sampler.start()


def _wait_for(url: str) -> None:
    wait_until(f"The app at {url}", lambda: reachable(f"{url}/healthz"), check=lambda: None, timeout_s=READY_LIMIT_S)


def _settings(clock: Clock) -> dict[str, Any]:
    """The settings in force. The web server's are those that it was started with: its container gets the same."""
    settings = ask_settings(CONTROL_URL, os.environ["EXPORT_TOKEN"], MANY)
    refuse_other_clock(settings.pop("now"), clock)
    processes, options = os.environ["WEB_PROCESSES"], os.environ["WEB_GUNICORN_ARGS"]
    return settings | {"web": web_settings(int(processes), options.split())}
