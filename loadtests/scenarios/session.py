"""One test that Locust runs: sends what is due, watches for ready pictures, knows when the trial is over."""

import time
from collections.abc import Iterator
from uuid import UUID

import gevent
from gevent.pool import Group
from locust.env import Environment

from loadtests.errors import StackError
from loadtests.scenarios import recorder
from loadtests.scenarios.arrivals import arrivals
from loadtests.scenarios.options import Options
from loadtests.scenarios.payloads import Payload
from loadtests.scenarios.ready import ReadyWatch
from loadtests.scenarios.recorder import Phases, Sample
from loadtests.scenarios.upload import Door, Request
from loadtests.stack.client import get_json
from loadtests.stack.info import StackInfo

#: Time between the start of the test and the first due time, so that the users are there when it comes.
LEAD_S = 0.5

#: How often the app is asked which pictures became ready: while the load counts, and when all wait for the last.
WATCH_PERIOD_S = 1.0
FINAL_PERIOD_S = 0.2

#: No window yet: until somebody says when it ends.
OPEN_END = float("inf")


def refuse_busy(info: StackInfo) -> None:
    """Raise if the stack still works on pictures of an earlier test: this one would be measured with them."""
    counts = get_json(f"{info.control_url}/counts/", token=info.token)
    if unfinished := counts["queued"] + counts["processing"]:
        raise StackError(
            f"The stack still has {unfinished} pictures of an earlier test to finish. "
            "Wait until they are done, or start a fresh one: make down, make up."
        )


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
    ) -> None:
        self.environment = environment
        self.options = options
        self.info = info
        self.trial = trial
        self.clock = info.clock
        self.requests: dict[UUID, Request] = {}
        self.own_cpu: list[Sample] = []
        self.phases = self._first_phases()
        self._payloads = payloads
        self.weights = [payload.weight for payload in payloads]
        # A stack by hand may see two trials of one name, if somebody has moved the results in between.
        self.tag = trial if options.trial else f"{trial}@{self.phases.started_at:.3f}"
        self._door = Door(info.url, info.mode, self.tag, info.clock)
        self._ready = ReadyWatch(info, self.tag)
        self._in_flight = Group()
        self._users = 0
        self._chores = Group()

    def start(self) -> None:
        """Begin the chores that run beside the users."""
        self._chores.spawn(self._watch)
        if self.options.measure_s is not None:
            self._chores.spawn(self._end_when_done)

    def requests_of_next_user(self) -> Iterator[Request]:
        """What one more user will send, in order of due time; every user has a stream of their own."""
        self._users += 1
        options = self.options
        # By hand each user has a stream of their own, and what one stack has seen must get other ids.
        seed = options.seed if options.trial else f"{options.seed}/{self._users}"
        id_seed = seed if options.trial else f"{seed}/{self.tag}"
        start_at = max(self.phases.started_at, self.clock.now())
        rate = options.uploads_per_user
        for arrival in arrivals(rate=rate, seed=seed, weights=self.weights, id_seed=id_seed):
            yield Request(arrival.id, start_at + arrival.offset_s, self._payloads[arrival.picture])

    def send(self, request: Request) -> None:
        """Let the request leave without waiting for it."""
        self.requests[request.id] = request
        self._in_flight.spawn(self._send, request)

    def open_window(self) -> None:
        """Measurement counts from now on, unless the plan has said from when."""
        if self.options.measure_s is None:
            begun_at = max(self.clock.now(), self.phases.started_at)
            self.phases.measure_from = begun_at + self.options.warmup_s

    def close_window(self) -> None:
        """The load ends now; so does the measurement, unless it has ended before."""
        now = self.clock.now()
        self.phases.load_stopped_at = min(self.phases.load_stopped_at, now)
        self.phases.measure_until = min(self.phases.measure_until, now)

    def settle(self) -> None:
        """Wait, up to the drain limit, until every measured picture is finished, then let go of the rest."""
        while not self._cohort_done() and self.clock.now() < self._drain_deadline():
            gevent.sleep(FINAL_PERIOD_S)
            self._tell_ready()
        self._in_flight.kill()
        self._chores.kill()
        self._wait_for_last_sample()
        self.phases.collected_at = self.clock.now()

    def _first_phases(self) -> Phases:
        started_at = self.clock.now() + LEAD_S
        measure_from = started_at + self.options.warmup_s
        length_s = OPEN_END if self.options.measure_s is None else self.options.measure_s
        return Phases(started_at=started_at, measure_from=measure_from, measure_until=measure_from + length_s)

    def _drain_deadline(self) -> float:
        return self.phases.measure_until + self.options.drain_limit_s

    def _send(self, request: Request) -> None:
        self._door.send(request)
        if request.answered_at is None:
            return
        self._report("POST", f"{self._door.path} answered", request, request.answered_at)
        if self.info.mode == "sync" and request.accepted:
            self._report("READY", f"{self._door.path} picture ready", request, request.answered_at)

    def _watch(self) -> None:
        while True:
            gevent.sleep(WATCH_PERIOD_S if self.clock.now() < self.phases.measure_until else FINAL_PERIOD_S)
            self.own_cpu.append(Sample(self.clock.now(), time.process_time()))
            self._tell_ready()

    def _tell_ready(self) -> None:
        if self.info.mode == "sync":
            return
        for id_, finished_at, state in self._ready.ask():
            if id_ in self.requests and state == "ready":
                self._report("READY", f"{self._door.path} picture ready", self.requests[id_], finished_at)

    def _report(self, kind: str, name: str, request: Request, at: float) -> None:
        """Show one clock of a request in Locust's table and charts; both start at the due time."""
        error = RuntimeError(request.error or f"status {request.status}") if not request.accepted else None
        self.environment.events.request.fire(
            request_type=kind,
            name=name,
            response_time=(at - request.due_at) * 1000,
            response_length=0,
            exception=error,
            context={},
        )

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
            one.id in self._ready.finished or (one.answered_at is not None and not one.accepted) for one in cohort
        )

    def _wait_for_last_sample(self) -> None:
        """The observer's first sample after the window closes it for the CPU accounts."""
        self.own_cpu.append(Sample(self.clock.now(), time.process_time()))
        deadline = self.clock.now() + 3.0
        while self.clock.now() < deadline:
            samples = recorder.observations(self.info)
            if samples and float(samples[-1]["sampled_at"]) >= self.phases.measure_until:
                return
            gevent.sleep(0.1)
