"""One test that Locust runs: sends what is due, watches for ready pictures, knows when the trial is over."""

import logging
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import gevent
from gevent.pool import Group
from locust.env import Environment
from locust.log import greenlet_exception_logger

from loadtests.errors import TrialError
from loadtests.scenarios.arrivals import arrivals
from loadtests.scenarios.both_clocks import BothClocks
from loadtests.scenarios.options import Options
from loadtests.scenarios.payloads import Payload
from loadtests.scenarios.phases import Phases
from loadtests.scenarios.samples import Sample, next_sample
from loadtests.scenarios.stream import Stream
from loadtests.scenarios.upload import Door, Request
from loadtests.stack.info import StackInfo

#: Time between the start of the test and the first due time, so that the users are there when it comes.
LEAD_S = 0.5

#: How often the app is asked which pictures became ready: while the load counts, and when all wait for the last.
WATCH_PERIOD_S = 1.0
FINAL_PERIOD_S = 0.2

#: How long uploads that have just left may take to be answered, before the server side is asked for its account.
LAST_ANSWERS_S = 5.0

#: No window yet: until somebody says when it ends.
OPEN_END = float("inf")


class Session:
    """The state of one test, shared by its users."""

    def __init__(
        self,
        *,
        environment: Environment,
        options: Options,
        info: StackInfo,
        payloads: list[Payload],
        trial: str,
        pictures_sha256: str,
        code_sha256: str,
    ) -> None:
        self.environment = environment
        self.options = options
        self.info = info
        self.trial = trial
        self.pictures_sha256 = pictures_sha256
        self.code_sha256 = code_sha256
        self.clock = info.clock
        self.requests: dict[UUID, Request] = {}
        self.own_cpu: list[Sample] = []
        self.last_sample: dict[str, str] | None = None
        self.phases = self._first_phases()
        self._payloads = payloads
        self.weights = [payload.weight for payload in payloads]
        # A stack by hand may see two trials of one name, if somebody has moved the results in between.
        self.tag = trial if options.trial else f"{trial}@{self.phases.started_at:.3f}"
        self._door = Door(info.url, info.mode, self.tag, info.clock)
        self._display = BothClocks(environment, info, self.tag)
        self._in_flight = Group()
        self._streams: list[Stream] = []
        self._users_in_window = 0
        self._chores = Group()

    def start(self) -> None:
        """Begin the chores that run beside the users."""
        self._note_cpu()
        self._begin(self._watch)
        if self.options.measure_s is not None:
            self._begin(self._end_when_done)

    def next_stream(self) -> Stream:
        """What one more user will send; every user has a stream of their own."""
        self._streams.append(Stream(self._requests_of(len(self._streams) + 1)))
        return self._streams[-1]

    def send(self, request: Request) -> None:
        """Let the request leave without waiting for it."""
        self.requests[request.id] = request
        self._in_flight.spawn(self._send, request)

    def open_window(self, users: int) -> None:
        """All users are there. Measurement counts from now on, unless the plan has said from when."""
        self._users_in_window = users
        if self.options.measure_s is None:
            begun_at = max(self.clock.now(), self.phases.started_at)
            self.phases.measure_from = begun_at + self.options.warmup_s

    def close_window(self) -> None:
        """The load ends now; so does the measurement, unless it has ended before."""
        now = self.clock.now()
        self.phases.load_stopped_at = min(self.phases.load_stopped_at, now)
        self.phases.measure_until = min(self.phases.measure_until, now)

    def check_complete(self, target_users: int) -> None:
        """Raise if the test was cut off: part of a measurement must not be taken for one."""
        phases, measure_s = self.phases, self.options.measure_s
        if self._users_in_window != target_users:
            raise TrialError(f"the load had not reached {target_users} users when the test was stopped.")
        if phases.measure_until <= phases.measure_from:
            raise TrialError("the test was stopped before the measurement began.")
        if measure_s is not None and phases.measure_until - phases.measure_from < measure_s - 1e-3:
            raise TrialError("the test was stopped before the measurement was over.")

    def settle(self) -> None:
        """Wait, up to the drain limit, until every measured picture is finished, then let go of the rest."""
        self._add_unsent()
        while not self._cohort_done() and self.clock.now() < self._drain_deadline():
            gevent.sleep(FINAL_PERIOD_S)
        if self.info.mode == "queue":
            # Their rows and messages must be in both accounts or in none.
            self._in_flight.join(timeout=LAST_ANSWERS_S)
        self.let_go()
        self._display.ask_ready(self.requests)
        self._note_cpu()
        self.last_sample = next_sample(self.info)
        self.phases.collected_at = self.clock.now()

    def let_go(self) -> None:
        """End everything that still runs for this test; what is in flight stays in the record as unfinished."""
        self._in_flight.kill()
        self._chores.kill()

    def _requests_of(self, user: int) -> Iterator[Request]:
        options, phases = self.options, self.phases
        planned = options.trial is not None
        # By hand each user has a stream of their own, and what one stack has seen must get other ids.
        seed = options.seed if planned else f"{options.seed}/{user}"
        id_seed = seed if planned else f"{seed}/{self.tag}"
        # A planned load keeps its times even if its user comes late; the send lag then says so.
        start_at = phases.started_at if planned else max(phases.started_at, self.clock.now())
        rate = options.uploads_per_user
        for arrival in arrivals(rate=rate, seed=seed, weights=self.weights, id_seed=id_seed):
            yield Request(arrival.id, start_at + arrival.offset_s, self._payloads[arrival.picture])

    def _add_unsent(self) -> None:
        """Keep what was due before the load stopped and never left, because this process was held up."""
        for stream in self._streams:
            for request in stream.due_before(self.phases.load_stopped_at):
                self.requests[request.id] = request

    def _begin(self, chore: Callable[[], None]) -> None:
        """A chore that fails must not fail in silence: Locust then ends with exit code 2."""
        self._chores.spawn(chore).link_exception(greenlet_exception_logger(logging.getLogger(__name__)))

    def _first_phases(self) -> Phases:
        started_at = self.clock.now() + LEAD_S
        measure_from = started_at + self.options.warmup_s
        length_s = OPEN_END if self.options.measure_s is None else self.options.measure_s
        return Phases(started_at=started_at, measure_from=measure_from, measure_until=measure_from + length_s)

    def _drain_deadline(self) -> float:
        return self.phases.measure_until + self.options.drain_limit_s

    def _send(self, request: Request) -> None:
        self._door.send(request)
        self._display.answered(request)

    def _watch(self) -> None:
        while True:
            gevent.sleep(WATCH_PERIOD_S if self.clock.now() < self.phases.measure_until else FINAL_PERIOD_S)
            self._note_cpu()
            self._display.ask_ready(self.requests)

    def _end_when_done(self) -> None:
        """End the test once the measured pictures are finished; until then the load goes on, so that the last
        of them do not find the stack idler than the first."""
        gevent.sleep(self.phases.measure_until - self.clock.now())
        while not self._cohort_done() and self.clock.now() < self._drain_deadline():
            gevent.sleep(0.05)
        runner = self.environment.runner
        assert runner is not None, "a test runs only in a runner"
        # Not from within: quitting ends the chores, of which this is one.
        gevent.spawn(runner.quit)

    def _cohort_done(self) -> bool:
        cohort = [one for one in self.requests.values() if self.phases.of(one.due_at) == "measure"]
        if self.info.mode == "sync":
            return all(one.answered_at is not None for one in cohort)
        return all(
            one.id in self._display.finished or (one.answered_at is not None and not one.accepted) for one in cohort
        )

    def _note_cpu(self) -> None:
        self.own_cpu.append(Sample(self.clock.now(), time.process_time()))
