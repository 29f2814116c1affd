"""The workers of a Locust master, as the master sees them: they send, and it keeps what they report."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import gevent
from gevent.pool import Group
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner

from loadtests.clock import Clock
from loadtests.errors import TrialError
from loadtests.scenarios.ending import end_test
from loadtests.scenarios.messages import FINISH, LET_GO, PREPARE, PREPARED, from_row
from loadtests.scenarios.observations import Sample
from loadtests.scenarios.phases import Phases
from loadtests.scenarios.sender import LAST_ANSWERS_S
from loadtests.scenarios.upload_client import Request
from loadtests.workload.payloads import Payload

#: How long a worker may take to load its pictures.
PREPARE_LIMIT_S = 30.0

#: How long a report may take beyond what the worker itself waits for.
REPORT_MARGIN_S = 15.0

#: How often the master looks whether all of its workers are there; Locust itself notices after some 4 s.
LOOK_PERIOD_S = 0.5


class LoadWorkers:
    """The load of one trial that several processes send.

    A headless master tells Locust's workers to stop only after it has told everybody that the test is over, and
    then waits half a second for them. So they are told here, and each is waited for until it has reported.
    """

    def __init__(
        self,
        *,
        environment: Environment,
        trial: dict[str, Any],
        payloads: list[Payload],
        drain_limit_s: float,
        clock: Clock,
    ) -> None:
        """trial is what every worker must know of it, in plain values."""
        assert isinstance(environment.runner, MasterRunner), "only a master has workers"
        self.problem = ""
        self._requests: list[Request] = []
        self.cpu: list[list[Sample]] = [[]]
        self._environment, self._runner, self._clock = environment, environment.runner, clock
        self._trial, self._pictures = trial, {payload.picture: payload for payload in payloads}
        self._report_limit_s = drain_limit_s + LAST_ANSWERS_S + environment.stop_timeout + REPORT_MARGIN_S
        self._told: set[str] = set()
        self._prepared: set[str] = set()
        self._reported: set[str] = set()
        self._finished = False
        self._chores = Group()

    def prepare(self) -> None:
        """Tell every worker of the trial and wait until all are ready; raise if one cannot take part."""
        for client in self._runner.clients.all:
            if client.state != STATE_MISSING:
                self.tell(client.id)
        self._wait(lambda: self._told - self._prepared, PREPARE_LIMIT_S, "did not get ready")

    def tell(self, client_id: str) -> None:
        """A worker that comes late takes part, too: Locust gives it some of the users. Messages keep their order,
        so no user starts before this one has arrived."""
        if not self._finished and client_id not in self._told:
            self._told.add(client_id)
            self._runner.send_message(PREPARE, self._trial, client_id)

    def hear(self, kind: str, client_id: str, data: dict[str, Any]) -> None:
        """Take in what a worker says of this trial."""
        if data["tag"] != self._trial["tag"] or client_id not in self._told:
            return
        if data["error"]:
            self._fail(client_id, data["error"])
        elif kind == PREPARED:
            self._prepared.add(client_id)
        else:
            self._requests += [from_row(row, self._pictures) for row in data["rows"]]
            self.cpu.append([Sample(at, cpu_s) for at, cpu_s in data["cpu"]])
            self._reported.add(client_id)

    def start(self, _phases: Phases) -> None:
        self._chores.spawn(self._guard)

    def finish(self, phases: Phases) -> None:
        """The load has ended: tell every worker, with the phases by which it settles."""
        self._look()
        self._finished = True
        self._chores.kill()
        self._send(FINISH, {"phases": asdict(phases)})

    def settle(self) -> None:
        """Wait until every worker has reported; raise if one does not."""
        self._wait(lambda: self._told - self._reported, self._report_limit_s, "did not report")
        self._note_cpu()

    def requests(self) -> list[Request]:
        """Every planned request of every worker that has reported."""
        return self._requests

    def let_go(self) -> None:
        """End what the workers still do for this trial."""
        self._finished = True
        self._chores.kill()
        self._send(LET_GO, None)

    def _guard(self) -> None:
        """End the test as soon as it cannot become a trial any more."""
        while not self.problem:
            self._note_cpu()
            gevent.sleep(LOOK_PERIOD_S)
            self._look()
        end_test(self._environment)

    def _look(self) -> None:
        """Note a worker that is gone. One that has stopped at the end has left Locust's list and still reports."""
        clients = self._runner.clients
        silent = self._told - self._reported
        gone = silent & {one.id for one in clients.missing}
        if not self._finished:
            gone |= silent - set(clients)
        for client_id in gone:
            self._fail(client_id, "it has ended or does not answer any more.")
        # It was taken for dead when the trial began.
        for client_id in {one.id for one in clients.running} - self._told if not self._finished else ():
            self._fail(client_id, "it came back in the middle of the test.")

    def _wait(self, silent: Callable[[], set[str]], limit_s: float, what: str) -> None:
        deadline = self._clock.now() + limit_s
        while silent() and not self.problem:
            gevent.sleep(0.05)
            self._look()
            if self._clock.now() > deadline:
                self._fail(min(silent()), f"it {what} within {limit_s:g} s.")
        if self.problem:
            raise TrialError(self.problem)

    def _fail(self, client_id: str, why: str) -> None:
        """The first problem counts; others often follow from it."""
        self.problem = self.problem or f"load worker {self._runner.get_worker_index(client_id)} failed: {why}"

    def _send(self, kind: str, data: dict[str, Any] | None) -> None:
        for client_id in self._told:
            self._runner.send_message(kind, data, client_id)

    def _note_cpu(self) -> None:
        self.cpu[0].append(Sample(self._clock.now(), time.process_time()))
