"""Distributed load: a Locust master collects the requests that its workers send."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import gevent
import locust.log
from gevent.pool import Group
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from loadtests.clock import Clock
from loadtests.errors import TrialError
from loadtests.machine.provenance import code_hash
from loadtests.scenarios.observations import Phases, Sample
from loadtests.scenarios.options import from_message, refuse_foreign
from loadtests.scenarios.refusals import end_test, error_message, guarded
from loadtests.scenarios.request_log import FINISH, PREPARE, PREPARED, RELEASE, REPORT, from_row, to_row
from loadtests.scenarios.sender import LAST_ANSWERS_S, Sender
from loadtests.scenarios.stack_lookup import host_id
from loadtests.scenarios.upload_client import Request
from loadtests.stack.stack_file import read_info
from loadtests.workload.pictures import Payload, content_hash, payloads, photos
from loadtests.workload.presets import WORKLOADS

#: How long a worker may take to load its pictures.
PREPARE_LIMIT_S = 30.0

#: How long a report may take beyond what the worker itself waits for.
REPORT_MARGIN_S = 15.0

#: How often the master looks whether all of its workers are there; Locust itself notices after some 4 s.
LOOK_PERIOD_S = 0.5


class LoadWorkers:
    """The load of one trial, sent by several processes.

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
        self._invited: set[str] = set()
        self._prepared: set[str] = set()
        self._reported: set[str] = set()
        self._finished = False
        self._chores = Group()

    def prepare(self) -> None:
        """Tell every worker of the trial and wait until all are ready; raise if one cannot take part."""
        for client in self._runner.clients.all:
            if client.state != STATE_MISSING:
                self.invite(client.id)
        self._wait(lambda: self._invited - self._prepared, PREPARE_LIMIT_S, "did not get ready")

    def invite(self, client_id: str) -> None:
        """A worker that comes late takes part, too: Locust gives it some of the users. Messages keep their order,
        so no user starts before this one has arrived."""
        if not self._finished and client_id not in self._invited:
            self._invited.add(client_id)
            self._runner.send_message(PREPARE, self._trial, client_id)

    def receive(self, kind: str, client_id: str, data: dict[str, Any]) -> None:
        """Take in what a worker says of this trial."""
        if data["tag"] != self._trial["tag"] or client_id not in self._invited:
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
        self._wait(lambda: self._invited - self._reported, self._report_limit_s, "did not report")
        self._note_cpu()

    def requests(self) -> list[Request]:
        """Every planned request of every worker that has reported."""
        return self._requests

    def release(self) -> None:
        """End what the workers still do for this trial."""
        self._finished = True
        self._chores.kill()
        self._send(RELEASE, None)

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
        silent = self._invited - self._reported
        gone = silent & {one.id for one in clients.missing}
        if not self._finished:
            gone |= silent - set(clients)
        for client_id in gone:
            self._fail(client_id, "it has exited or stopped answering.")
        # It was taken for dead when the trial began.
        for client_id in {one.id for one in clients.running} - self._invited if not self._finished else ():
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
        for client_id in self._invited:
            self._runner.send_message(kind, data, client_id)

    def _note_cpu(self) -> None:
        self.cpu[0].append(Sample(self._clock.now(), time.process_time()))


#: What must be the same in master and worker, and what to say if it is not.
SAME = {
    "host": "it runs on another host, which has another clock.",
    "code_sha256": "it runs another version of Queuelab than the master.",
    "pictures_sha256": "it has other pictures than the master.",
}


class LoadWorker:
    """A worker's part in the trials of a master; sender is set while users send."""

    def __init__(self, environment: Environment, allowed: tuple[str, ...]) -> None:
        assert isinstance(environment.runner, WorkerRunner), "only a worker has a master"
        self.sender: Sender | None = None
        self._environment, self._runner = environment, environment.runner
        self._tag, self._allowed = "", allowed
        self._reports = Group()

    def listen(self) -> None:
        events = self._environment.events
        self._runner.register_message(PREPARE, guarded(self._prepare, self._fail))
        self._runner.register_message(FINISH, guarded(self._finish, self._fail))
        self._runner.register_message(RELEASE, guarded(self._release, self._fail))
        events.test_start.add_listener(guarded(self._start, self._fail))
        events.test_stop.add_listener(guarded(self._stop, self._fail))
        events.user_error.add_listener(self._report_without)

    def _fail(self, error: Exception) -> None:
        self._withdraw(error_message(error))

    def _withdraw(self, problem: str) -> None:
        """Tell the master why this worker takes no part, or no part any more."""
        logging.error("This load worker cannot take part: %s", problem)
        self._environment.process_exit_code = 1
        self._tell(REPORT, error=problem)

    def _report_without(self, exception: Exception, **_: Any) -> None:
        """What a user has left out would be missing from the load."""
        if self.sender:
            self.sender.fail(exception)

    def _prepare(self, msg: Any, **_: Any) -> None:
        """Get ready for a trial and tell the master so."""
        self._tag = msg.data["tag"]
        self.sender = self._new_sender(msg.data)
        self._tell(PREPARED)

    def _new_sender(self, trial: dict[str, Any]) -> Sender:
        _refuse_different(trial, {"host": host_id()})
        options = from_message(trial["options"])
        info = read_info(options.stack)
        refuse_foreign(info.url, self._allowed)
        pictures = photos(WORKLOADS[info.workload], options.pictures)
        _refuse_different(trial, {"code_sha256": code_hash(), "pictures_sha256": content_hash(pictures)})
        return Sender(
            environment=self._environment,
            options=options,
            info=info,
            tag=trial["tag"],
            payloads=payloads(pictures),
            failed=self._withdraw,
            # The master gives each worker a number of its own, for as long as the master lives.
            place=f"{self._runner.worker_index}.",
        )

    def _start(self, **_: Any) -> None:
        # Without a sender the master has refused the test: its users leave at once.
        if self.sender:
            self.sender.start()

    def _finish(self, msg: Any, **_: Any) -> None:
        """Stop as if the master had said so: a headless one does not, or only when nobody can report any more."""
        if self.sender:
            self.sender.finish(Phases(**msg.data["phases"]))
            gevent.spawn(self._runner.stop)

    def _stop(self, **_: Any) -> None:
        sender, self.sender = self.sender, None
        if sender and sender.finished:
            # Not here: the master's heartbeat must be answered while the last pictures are waited for.
            self._reports.spawn(guarded(self._report, self._fail), sender)
        elif sender:
            sender.release()

    def _report(self, sender: Sender) -> None:
        try:
            sender.settle()
            rows = [to_row(request) for request in sender.requests()]
            self._tell(REPORT, rows=rows, cpu=[(sample.at, sample.cpu_s) for sample in sender.cpu[0]])
            # Failed uploads are results, which Locust's own rule would call a failure; an error in here is one.
            self._environment.process_exit_code = 2 if locust.log.unhandled_greenlet_exception else 0
        finally:
            sender.release()

    def _release(self, **_: Any) -> None:
        sender, self.sender = self.sender, None
        if sender:
            sender.release()
        self._reports.kill()

    def _tell(self, kind: str, *, error: str = "", **data: Any) -> None:
        self._runner.send_message(kind, {"tag": self._tag, "error": error} | data)


def _refuse_different(trial: Mapping[str, Any], own: Mapping[str, str]) -> None:
    for name, value in own.items():
        if trial[name] != value:
            raise TrialError(SAME[name])
