"""Runs the reference server as a stack, so that the harness measures it as it measures the app."""

import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path

import psutil

from loadtests import ROOT
from loadtests.calibration.reference_server import ReferenceModel
from loadtests.clock import Clock
from loadtests.stack.app_client import get_json, reachable
from loadtests.stack.base import Stack, StackSpec
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import HOST, free_port
from loadtests.stack.process.process_group import START_LIMIT_S, Command, ProcessGroup, wait_until
from loadtests.stack.sampling.sampler import Sampler, SamplingTarget
from loadtests.stack.services.queue_depth import QueueLength
from loadtests.stack.stack_file import OBSERVATIONS, StackInfo

STOP_GRACE_S = 5.0


class ReferenceQueue:
    """The reference server's queue depth."""

    def __init__(self, url: str) -> None:
        self._url = url

    def round_trip(self) -> None:
        self.length()

    def length(self) -> QueueLength:
        counts = get_json(f"{self._url}/counts/")
        return QueueLength(waiting=counts["queued"], unacked=counts["processing"])

    def pictures(self) -> None:
        """Nothing: it counts only."""

    def close(self) -> None:
        """Nothing is open between two queries."""


class ReferenceStack(Stack):
    """One reference server in a process of its own."""

    def __init__(self, truth: ReferenceModel, spec: StackSpec, directory: Path, logs: Path) -> None:
        super().__init__(spec, directory, logs)
        self._truth = truth
        self._group: ProcessGroup | None = None
        self._sampler: Sampler | None = None

    def start(self) -> StackInfo:
        """Start the server and wait until it answers."""
        clock, port = Clock.anchored(), free_port()
        self._group = ProcessGroup(self.logs)
        self._open.callback(self._group.close, STOP_GRACE_S)
        self._group.start(self._command(clock, port))
        url = f"http://{HOST}:{port}"
        wait_until(
            "The reference server", lambda: reachable(f"{url}/healthz"), check=self.check, timeout_s=START_LIMIT_S
        )
        self._sample(url, clock)
        return StackInfo(
            **self.spec.levels(),
            url=url,
            control_url=url,
            token=secrets.token_urlsafe(24),
            clock_offset_ns=clock.offset_ns,
            directory=str(self.directory),
            supervisor_pid=psutil.Process().pid,
            pids=self._group.pids,
            settings={"truth": asdict(self._truth)},
        )

    def check(self) -> None:
        if self._group:
            self._group.check()
        if self._sampler:
            self._sampler.check()

    def _command(self, clock: Clock, port: int) -> Command:
        arguments: tuple[object, ...] = ("--port", port, "--mode", self.spec.mode, "--truth")
        arguments += (json.dumps(asdict(self._truth)), "--clock-offset-ns", clock.offset_ns)
        argv = (sys.executable, "-m", "loadtests.calibration.reference_server", *map(str, arguments))
        return Command(name="truth", argv=argv, cwd=ROOT, env=inherited())

    def _sample(self, url: str, clock: Clock) -> None:
        view = SamplingTarget(observations=self.directory / OBSERVATIONS, control_url=url, token="", clock=clock)
        self._sampler = Sampler(view, ReferenceQueue(url) if self.spec.mode == "queue" else None, {})
        self._open.callback(self._sampler.stop)
        self._sampler.start()
