"""Sends the uploads of one load process, and follows them until they are ready."""

import gc
import time
from collections import deque
from collections.abc import Callable, Iterator

import gevent
from gevent.pool import Group
from locust.env import Environment

from loadtests.errors import TrialError
from loadtests.scenarios.locust_stats import LocustStats
from loadtests.scenarios.observations import OPEN_END, Phases, Sample
from loadtests.scenarios.options import Options
from loadtests.scenarios.refusals import end_test, error_message, guarded
from loadtests.scenarios.request_log import RequestLog
from loadtests.scenarios.upload_client import Request, UploadClient
from loadtests.stack.stack_file import StackInfo
from loadtests.workload.arrivals import arrivals
from loadtests.workload.pictures import Payload


class ArrivalStream:
    """Requests in order of due time; the next one can be looked at before it is taken."""

    def __init__(self, requests: Iterator[Request]) -> None:
        self._requests = requests
        self.next = next(requests)
        #: When the user left, in Unix seconds; later requests were never meant to be sent.
        self.ended_at = float("inf")

    def take(self) -> Request:
        request, self.next = self.next, next(self._requests)
        return request

    def due_before(self, at: float) -> Iterator[Request]:
        """Take what was due before a time, and before the user left."""
        while self.next.due_at < min(at, self.ended_at):
            yield self.take()


#: How often the app is asked which pictures became ready: while the load counts, and when all wait for the last.
WATCH_PERIOD_S = 1.0
FINAL_PERIOD_S = 0.2

#: How long uploads that have just left may take to be answered, before the server side is asked for its account.
LAST_ANSWERS_S = 5.0


class Sender:
    """Sends what is due, and watches for its own pictures to become ready.

    place tells this process from others of the same trial: it is in the seed of each of its streams. failed is called
    once, with a sentence, if something goes wrong in the sender itself while the load lasts.
    """

    def __init__(
        self,
        *,
        environment: Environment,
        options: Options,
        info: StackInfo,
        tag: str,
        payloads: list[Payload],
        failed: Callable[[str], None],
        place: str = "",
    ) -> None:
        #: What keeps this load from being a trial.
        self.problem = ""
        self.clock = info.clock
        self._record = RequestLog(payloads)
        self.cpu: list[list[Sample]] = [[]]
        now = self.clock.now()
        self._phases = Phases(started_at=now, measure_from=now, measure_until=OPEN_END)
        self._environment, self._options, self._mode, self._tag = environment, options, info.mode, tag
        self._payloads, self._place, self._failed = payloads, place, failed
        self._client = UploadClient(info.url, info.mode, tag, info.clock)
        self._display = LocustStats(environment, info, tag)
        self._streams: list[ArrivalStream] = []
        self._unshown: deque[Request] = deque()
        self._in_flight, self._chores = Group(), Group()

    def start(self, phases: Phases | None = None) -> None:
        """Start the background greenlets. The phases of a load by hand become known at its end."""
        self._phases = phases or self._phases
        # The collector otherwise walks all that Locust has loaded, some 40 ms in which nothing leaves.
        gc.freeze()
        self._note_cpu()
        self._begin(self._watch)
        if self._options.measure_s is not None:
            self._begin(self._end_when_done)

    def next_stream(self) -> ArrivalStream:
        """Return the arrival stream of one more user."""
        self._streams.append(ArrivalStream(self._requests_of(len(self._streams) + 1)))
        return self._streams[-1]

    def send(self, request: Request) -> None:
        """Send a request without waiting for its response."""
        self._record.add(request)
        self._in_flight.spawn(self._send, request)

    def fail(self, error: Exception) -> None:
        """Note that this load cannot become a trial. The first problem counts."""
        if not self.problem:
            self.problem = error_message(error)
            # Later the problem is raised when it settles.
            if not self.finished:
                self._failed(self.problem)

    def finish(self, phases: Phases) -> None:
        """The load has ended; these are its phases."""
        self._phases = phases

    @property
    def finished(self) -> bool:
        return self._phases.load_stopped_at < OPEN_END

    def settle(self) -> None:
        """Wait, up to the drain limit, until every picture that was sent is finished, then let go of the rest.

        Raises if something went wrong in the sender itself meanwhile.
        """
        self._add_unsent()
        self._wait_for(self._sent, FINAL_PERIOD_S)
        if self._mode == "queue":
            # Their rows and messages must be in both accounts or in none.
            self._in_flight.join(timeout=LAST_ANSWERS_S)
        self._end_chores()
        self._show()
        self._note_cpu()
        if self.problem:
            raise TrialError(self.problem)

    def requests(self) -> list[Request]:
        """Every planned request that was due while this load ran."""
        return self._record.requests()

    def release(self) -> None:
        """End everything that still runs here, and forget what was recorded."""
        self._end_chores()
        self._record.close()

    def _end_chores(self) -> None:
        """What is in flight stays in the record as unfinished."""
        self._in_flight.kill()
        self._chores.kill()

    def _requests_of(self, user: int) -> Iterator[Request]:
        options, started_at = self._options, self._phases.started_at
        # By hand each user has a stream of their own, and what one stack has seen must get other ids.
        seed = options.seed if options.planned else f"{options.seed}/{self._place}{user}"
        id_seed = seed if options.planned else f"{seed}/{self._tag}"
        # A planned load keeps its times even if its user comes late; the send lag then says so.
        start_at = started_at if options.planned else max(started_at, self.clock.now())
        weights = [payload.weight for payload in self._payloads]
        for arrival in arrivals(rate=options.uploads_per_user, seed=seed, weights=weights, id_seed=id_seed):
            yield Request(arrival.id, start_at + arrival.offset_s, self._payloads[arrival.picture])

    def _add_unsent(self) -> None:
        """Keep what was due before the load stopped and never left, because this process was held up."""
        for stream in self._streams:
            for request in stream.due_before(self._phases.load_stopped_at):
                self._record.add(request)

    def _begin(self, chore: Callable[[], None]) -> None:
        """A chore that fails ends the test: it must not go on without it."""
        self._chores.spawn(guarded(chore, self.fail))

    def _send(self, request: Request) -> None:
        self._client.send(request)
        # Shown later: when many answers come at once, what one of them costs would delay the next one's stamp.
        self._unshown.append(request)

    def _watch(self) -> None:
        while True:
            gevent.sleep(WATCH_PERIOD_S if self.clock.now() < self._phases.measure_until else FINAL_PERIOD_S)
            self._note_cpu()
            self._show()

    def _show(self) -> None:
        while self._unshown:
            self._display.answered(self._unshown.popleft())
            # Whatever is due leaves first: a thousand of them in one go would hold it up for tens of milliseconds.
            gevent.sleep(0)
        self._display.ask_ready(self._record.pending)
        self._record.flush_completed(self._done)

    def _end_when_done(self) -> None:
        """End the test once the measured pictures are finished; until then the load goes on, so that the last
        of them do not find the stack idler than the first."""
        gevent.sleep(self._phases.measure_until - self.clock.now())
        self._wait_for(self._cohort, 0.05)
        end_test(self._environment)

    def _wait_for(self, wanted: Callable[[], list[Request]], period_s: float) -> None:
        deadline = self._phases.measure_until + self._options.drain_limit_s
        while self.clock.now() < deadline and not all(map(self._done, wanted())):
            gevent.sleep(period_s)

    def _cohort(self) -> list[Request]:
        return [one for one in self._record.pending.values() if self._phases.of(one.due_at) == "measure"]

    def _sent(self) -> list[Request]:
        return [one for one in self._record.pending.values() if one.sent_at is not None]

    def _done(self, request: Request) -> bool:
        """Whether nothing more is to be heard of a request."""
        if request.accepted and self._mode == "queue":
            return request.finished
        return request.answered

    def _note_cpu(self) -> None:
        self.cpu[0].append(Sample(self.clock.now(), time.process_time()))
