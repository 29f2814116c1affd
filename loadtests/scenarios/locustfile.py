"""What Locust runs: users who each upload once a second on average, whatever the server does.

The number of users is the offered load in uploads per second: the model is open, so a slow answer never
holds back the next upload, and both clocks start when an upload was due.
"""

import logging
from typing import Any

import gevent
import locust.log
import locust.stats
from gevent import GreenletExit
from locust import User, events, task
from locust.env import Environment
from locust.runners import LocalRunner

from loadtests.corpus import content_hash, photos
from loadtests.errors import QueuelabError, TrialError
from loadtests.machine import code_hash
from loadtests.results import next_trial, refuse_mixing
from loadtests.scenarios.keep import keep
from loadtests.scenarios.options import Options, add_options, read_options
from loadtests.scenarios.payloads import payloads
from loadtests.scenarios.session import Session
from loadtests.stack.busy import refuse_busy
from loadtests.stack.info import read_info
from loadtests.workloads import WORKLOADS

# Locust rounds to two digits to keep its tables small; ours are small enough for whole milliseconds.
locust.stats.bucket_response_time = round  # type: ignore[assignment]

#: The test that runs now, and the one that is being recorded; Locust runs one at a time.
current: list[Session] = []
settling: list[Session] = []


class UploadUser(User):
    """Sends pictures at the times of a Poisson stream, each as another visitor with a connection of their own."""

    def on_start(self) -> None:
        if not current:
            raise GreenletExit  # Quietly, unlike StopUser: why there is no test has been said.
        self.session = current[-1]
        self.stream = self.session.next_stream()
        gevent.sleep(self.wait_time())

    def wait_time(self) -> float:
        return max(0.0, self.stream.next.due_at - self.session.clock.now())

    @task
    def upload(self) -> None:
        self.session.send(self.stream.take())

    def on_stop(self) -> None:
        if current:
            self.stream.ended_at = self.session.clock.now()


events.init_command_line_parser.add_listener(add_options)


@events.init.add_listener
def check_stack(environment: Environment, **_: Any) -> None:
    """Refuse to begin when nothing is up, in one sentence and before anybody presses start."""
    try:
        info = read_info(_options(environment).stack)
    except QueuelabError as error:
        raise SystemExit(str(error)) from None
    if not isinstance(environment.runner, LocalRunner):
        raise SystemExit("One Locust process sends the load: run locust without --processes, --master and --worker.")
    environment.host = info.url


@events.test_start.add_listener
def begin(environment: Environment, **_: Any) -> None:
    try:
        current.append(_new_session(environment))
    except (QueuelabError, OSError) as error:
        _refuse(environment, error)
    else:
        current[-1].start()


@events.spawning_complete.add_listener
def open_window(user_count: int, **_: Any) -> None:
    for session in current:
        session.open_window(user_count)


@events.test_stopping.add_listener
def close_window(**_: Any) -> None:
    for session in current:
        session.close_window()


@events.test_stop.add_listener
def record(environment: Environment, **_: Any) -> None:
    if not current:
        return
    session = current.pop()
    settling.append(session)
    try:
        _keep(environment, session)
    except (QueuelabError, OSError) as error:
        logging.error("Nothing was recorded: %s", error)
        environment.process_exit_code = 1
    finally:
        session.let_go()
        settling.clear()


def _keep(environment: Environment, session: Session) -> None:
    users = environment.runner.target_user_count if environment.runner else 0
    session.check_complete(users)
    session.settle()
    directory, verdict = keep(session, offered_rate=users * session.options.uploads_per_user)
    # Failed uploads are results, which Locust's own rule would call a failure; an error in here is one.
    environment.process_exit_code = 2 if locust.log.unhandled_greenlet_exception else 0
    logging.info("Recorded in %s: %s. To draw it: make charts RESULTS=%s", directory, verdict, directory.parent)


def _new_session(environment: Environment) -> Session:
    """A session on the stack that is up now, which must have nothing to do."""
    if settling:
        raise TrialError("The last test is still being recorded. Try again in a moment.")
    options = _options(environment)
    info = read_info(options.stack)
    refuse_busy(info)
    environment.host = info.url
    pictures = photos(WORKLOADS[info.workload], options.pictures)
    hashes = {"pictures_sha256": content_hash(pictures), "code_sha256": code_hash()}
    if options.trial is None:
        refuse_mixing(options.results, workload=info.workload, **hashes)
    trial = options.trial or next_trial(options.results, mode=info.mode, workers=info.workers)
    bodies = payloads(pictures)
    return Session(environment=environment, options=options, info=info, payloads=bodies, trial=trial, **hashes)


def _refuse(environment: Environment, error: Exception) -> None:
    """End a test that cannot be measured before it begins; with the UI, leave that up."""
    logging.error("%s", error)
    environment.process_exit_code = 1
    runner = environment.runner
    assert runner is not None, "a test starts only in a runner"
    gevent.spawn(runner.stop if environment.web_ui else runner.quit)


def _options(environment: Environment) -> Options:
    assert environment.parsed_options is not None, "Locust's command line parses options before any event"
    return read_options(environment.parsed_options)
