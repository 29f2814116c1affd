"""A worker of a Locust master: sends its users' share of the load and reports all of it."""

import logging
from collections.abc import Mapping
from typing import Any

import gevent
import locust.log
from gevent.pool import Group
from locust.env import Environment
from locust.runners import WorkerRunner

from loadtests.errors import TrialError
from loadtests.machine.provenance import code_hash
from loadtests.scenarios.failing import guarded, in_a_sentence
from loadtests.scenarios.host import host_id
from loadtests.scenarios.messages import FINISH, LET_GO, PREPARE, PREPARED, REPORT, to_row
from loadtests.scenarios.options import from_message
from loadtests.scenarios.phases import Phases
from loadtests.scenarios.sender import Sender
from loadtests.scenarios.target import refuse_foreign
from loadtests.stack.stack_file import read_info
from loadtests.workload.payloads import payloads
from loadtests.workload.pictures import content_hash, photos
from loadtests.workload.presets import WORKLOADS

#: What must be the same in master and worker, and what to say if it is not.
SAME = {
    "host": "it runs on another host, whose clock is another.",
    "code_sha256": "it runs another version of Queuelab than the master.",
    "pictures_sha256": "it has other pictures than the master.",
}


class LoadWorker:
    """Takes part in the trials of a master; sender is there while users are to send."""

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
        self._runner.register_message(LET_GO, guarded(self._let_go, self._fail))
        events.test_start.add_listener(guarded(self._start, self._fail))
        events.test_stop.add_listener(guarded(self._stop, self._fail))
        events.user_error.add_listener(self._report_without)

    def _fail(self, error: Exception) -> None:
        self._give_up(in_a_sentence(error))

    def _give_up(self, problem: str) -> None:
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
            failed=self._give_up,
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
            sender.let_go()

    def _report(self, sender: Sender) -> None:
        try:
            sender.settle()
            rows = [to_row(request) for request in sender.requests()]
            self._tell(REPORT, rows=rows, cpu=[(sample.at, sample.cpu_s) for sample in sender.cpu[0]])
            # Failed uploads are results, which Locust's own rule would call a failure; an error in here is one.
            self._environment.process_exit_code = 2 if locust.log.unhandled_greenlet_exception else 0
        finally:
            sender.let_go()

    def _let_go(self, **_: Any) -> None:
        sender, self.sender = self.sender, None
        if sender:
            sender.let_go()
        self._reports.kill()

    def _tell(self, kind: str, *, error: str = "", **data: Any) -> None:
        self._runner.send_message(kind, {"tag": self._tag, "error": error} | data)


def _refuse_different(trial: Mapping[str, Any], own: Mapping[str, str]) -> None:
    for name, value in own.items():
        if trial[name] != value:
            raise TrialError(SAME[name])
