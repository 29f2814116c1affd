"""What Locust runs: users who each upload once a second on average, whatever the server does.

The number of users is the offered load in uploads per second: the model is open, so a slow answer never
holds back the next upload, and both clocks start when an upload was due.
"""

from typing import Any

import gevent
import locust.stats
from gevent import GreenletExit
from locust import User, events, task
from locust.env import Environment
from locust.runners import LocalRunner, WorkerRunner

from loadtests.machine.open_files import raise_limit
from loadtests.scenarios.busy_wait import busy_wait, sleep_s
from loadtests.scenarios.coordinator import Coordinator
from loadtests.scenarios.distributed import LoadWorker
from loadtests.scenarios.options import add_options, allowed_targets, options_of, refuse_foreign
from loadtests.scenarios.refusals import drop_tags, error_message, refuse_other_loads
from loadtests.scenarios.sender import ArrivalStream
from loadtests.scenarios.stack_lookup import host

# Locust rounds to two digits to keep its tables small; ours are small enough for whole milliseconds.
locust.stats.bucket_response_time = round  # type: ignore[assignment]

#: What this process does for a test; there is one, from the start.
roles: list[Coordinator | LoadWorker] = []


class UploadUser(User):
    """Sends pictures at the times of a Poisson stream, each as another visitor with a connection of their own."""

    stream: ArrivalStream | None = None

    def on_start(self) -> None:
        sender = roles[-1].sender
        if sender is None:
            raise GreenletExit  # Quietly, unlike StopUser: why there is no test has been said.
        self.sender, self.stream = sender, sender.next_stream()
        gevent.sleep(self.wait_time())

    def wait_time(self) -> float:
        assert self.stream, "a user without a stream leaves at the start"
        return sleep_s(self.stream.next.due_at, self.sender.clock)

    @task
    def upload(self) -> None:
        assert self.stream, "a user without a stream leaves at the start"
        busy_wait(self.stream.next.due_at, self.sender.clock)
        self.sender.send(self.stream.take())

    def on_stop(self) -> None:
        if self.stream:
            self.stream.ended_at = self.sender.clock.now()


events.init_command_line_parser.add_listener(add_options)


def _keep_no_history(stats: locust.stats.RequestStats) -> None:
    """Copies of whole tables, once a second, for a page that nobody looks at."""
    stats.use_response_times_cache = stats.total.use_response_times_cache = False


@events.init.add_listener
def take_part(environment: Environment, **_: Any) -> None:
    """Take this process's role. Refuse in one sentence, and before anybody presses start, what cannot work."""
    try:
        role = _role(environment)
        role.listen()
    except Exception as error:
        raise SystemExit(error_message(error)) from None
    roles.append(role)


def _role(environment: Environment) -> Coordinator | LoadWorker:
    options, runner, allowed = options_of(environment), environment.runner, allowed_targets(environment)
    if options.planned and not isinstance(runner, LocalRunner):
        raise SystemExit("A planned trial needs a single process: run locust without --processes, --master, --worker.")
    if options.planned:
        _keep_no_history(environment.stats)
    refuse_foreign(environment.host or host(options.stack), allowed)
    drop_tags(environment)
    may_open = raise_limit()
    if isinstance(runner, WorkerRunner):
        # Which stack is meant, and who sends, the master will say.
        return LoadWorker(environment, allowed)
    if not options.users_are_picked:
        refuse_other_loads(environment, UploadUser)
    environment.host = host(options.stack)
    refuse_foreign(environment.host, allowed)
    return Coordinator(environment, allowed, ours=UploadUser, may_open=may_open)
