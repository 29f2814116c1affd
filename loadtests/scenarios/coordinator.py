"""Turns each Locust test into a trial, in the only Locust process or in the master."""

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import locust.log
from locust import User
from locust.env import Environment
from locust.runners import MasterRunner

from loadtests.errors import TrialError
from loadtests.machine.provenance import code_hash
from loadtests.recording.result_folder import (
    next_trial,
    refuse_mixing,
    refuse_unwritable,
    to_draw,
    write_json,
)
from loadtests.scenarios.distributed import LoadWorkers
from loadtests.scenarios.options import Options, options_of, refuse_foreign, to_message
from loadtests.scenarios.refusals import end_test, error_message, guarded, refuse_unfit, warn_of
from loadtests.scenarios.request_log import PREPARED, REPORT
from loadtests.scenarios.sender import Sender
from loadtests.scenarios.session import Load, Session
from loadtests.scenarios.stack_lookup import StackLookup, host_id, known_machine
from loadtests.scenarios.trial_writer import keep
from loadtests.stack.app_client import refuse_busy
from loadtests.stack.stack_file import LOAD_PHASES, StackInfo
from loadtests.workload.pictures import Payload, content_hash, payloads, photos
from loadtests.workload.presets import WORKLOADS


class Coordinator:
    """Starts, measures and saves one test after the other. ours: the user class; may_open: the limit of open files."""

    def __init__(self, environment: Environment, allowed: tuple[str, ...], *, ours: type[User], may_open: int) -> None:
        self._environment, self._allowed, self._ours, self._may_open = environment, allowed, ours, may_open
        self._load: Load | None = None
        #: The test that runs now.
        self._session: Session | None = None
        #: Whether one is being made ready; who stops it meanwhile ends this.
        self._beginning = False
        self._busy = False
        self._stack_lookup = StackLookup()

    @property
    def sender(self) -> Sender | None:
        """The sender of this process while a test runs."""
        return self._load if self._session and isinstance(self._load, Sender) else None

    def listen(self) -> None:
        events, runner = self._environment.events, self._environment.runner
        events.test_start.add_listener(guarded(self._begin, self._fail))
        events.spawning_complete.add_listener(guarded(self._open_window, self._fail))
        events.test_stopping.add_listener(guarded(self._close_window, self._fail))
        events.test_stop.add_listener(guarded(self._record, self._fail))
        events.user_error.add_listener(self._end_without)
        if isinstance(runner, MasterRunner):
            events.worker_connect.add_listener(guarded(self._greet, self._fail))
            runner.register_message(PREPARED, guarded(self._receive, self._fail))
            runner.register_message(REPORT, guarded(self._receive, self._fail))

    def _fail(self, error: Exception) -> None:
        """End the test: it is no trial."""
        self._environment.process_exit_code = 1
        self._beginning = False
        if self._session and self._session.problem:
            return
        if self._session:
            # It is logged when recording fails.
            self._session.problem = error_message(error)
        else:
            logging.error("%s", error_message(error))
        end_test(self._environment)

    def _end_without(self, exception: Exception, **_: Any) -> None:
        """What a user has left out would be missing from the load."""
        if self.sender:
            self.sender.fail(exception)

    def _begin(self, **_: Any) -> None:
        self._beginning = True
        session = self._new_session()
        if not self._beginning:
            self._release()
            return
        self._beginning, self._session = False, session
        if session.options.planned:
            # Something may be done to the stack from the beginning of the measurement on.
            write_json(Path(session.info.directory) / LOAD_PHASES, asdict(session.phases))
        session.load.start(session.phases)

    def _open_window(self, user_count: int, **_: Any) -> None:
        if self._session:
            self._session.open_window(user_count)

    def _close_window(self, **_: Any) -> None:
        if self._session:
            self._session.close_window()
        elif self._beginning:
            self._fail(TrialError("The test was stopped before its load started: run it longer (-t)."))

    def _record(self, **_: Any) -> None:
        session, self._session = self._session, None
        if not session:
            return
        try:
            self._keep(session)
        except Exception as error:
            logging.error("Nothing was recorded: %s", error_message(error))
            self._environment.process_exit_code = 1
        finally:
            self._release()

    def _keep(self, session: Session) -> None:
        users = self._environment.runner.target_user_count if self._environment.runner else 0
        session.check_complete(users)
        session.settle()
        self._stack_lookup.check()
        directory, verdict = keep(session, offered_rate=users * session.options.uploads_per_user)
        # Failed uploads are results, which Locust's own rule would call a failure; an error in here is one.
        self._environment.process_exit_code = 2 if locust.log.unhandled_greenlet_exception else 0
        logging.info("Recorded in %s: %s. To draw it: %s", directory, verdict, to_draw(directory.parent))

    def _release(self) -> None:
        if self._load:
            self._load.release()
        self._stack_lookup.release()
        self._load, self._busy = None, False

    def _greet(self, client_id: str, **_: Any) -> None:
        if isinstance(self._load, LoadWorkers):
            self._load.invite(client_id)

    def _receive(self, msg: Any, **_: Any) -> None:
        if isinstance(self._load, LoadWorkers):
            self._load.receive(msg.type, msg.node_id, msg.data)

    def _new_session(self) -> Session:
        """A session on the stack that is up now, which must have nothing to do."""
        if self._busy:
            raise TrialError("The previous test is still being recorded. Try again in a moment.")
        self._busy = True
        try:
            return self._prepared(options_of(self._environment))
        except BaseException:
            self._release()
            raise

    def _prepared(self, options: Options) -> Session:
        rate = refuse_unfit(self._environment, self._ours)
        # What a person wrote into the form, and where the uploads would go.
        refuse_foreign(self._environment.host, self._allowed)
        info = self._stack_lookup.find(options)
        refuse_foreign(info.url, self._allowed)
        refuse_busy(info)
        self._environment.host = info.url
        pictures = photos(WORKLOADS[info.workload], options.pictures)
        same = {"pictures_sha256": content_hash(pictures), "code_sha256": code_hash()}
        if options.trial is None:
            warn_of(options, rate, self._may_open)
            refuse_unwritable(options.results)
            refuse_mixing(options.results, workload=info.workload, machine=known_machine(), **same)
        trial = options.trial or next_trial(options.results, mode=info.mode, workers=info.workers)
        # A stack by hand may see two trials of one name, if somebody has moved the results in between.
        tag = trial if options.trial else f"{trial}@{info.clock.now():.3f}"
        bodies = payloads(pictures)
        weights = [body.weight for body in bodies]
        load = self._new_load(options, info, tag, bodies, same)
        return Session(options=options, info=info, load=load, trial=trial, tag=tag, weights=weights, **same)

    def _new_load(
        self, options: Options, info: StackInfo, tag: str, bodies: list[Payload], same: dict[str, str]
    ) -> Load:
        """This process by itself, or the workers of this master, who are ready then."""
        environment = self._environment
        if not isinstance(environment.runner, MasterRunner):
            self._load = Sender(
                environment=environment,
                options=options,
                info=info,
                tag=tag,
                payloads=bodies,
                failed=lambda _problem: end_test(environment),
            )
            return self._load
        self._load = workers = LoadWorkers(
            environment=environment,
            trial=same | {"tag": tag, "host": host_id(), "options": to_message(options)},
            payloads=bodies,
            drain_limit_s=options.drain_limit_s,
            clock=info.clock,
        )
        workers.prepare()
        return workers
