"""The reasons that a verdict may have, as kinds with their numbers, and their words."""

from dataclasses import dataclass
from enum import Enum

from analysis.format import amount

Number = int | float | str


class Kind(Enum):
    """A reason in words, with places for its numbers: `{n:picture}` counts pictures, `{n:was|were}` follows the count.

    What starts with a comma continues the sentence before it.
    """

    # The books of client and server.
    REPEATED_REQUESTS = "{count} requests.csv rows repeat an id."
    REPEATED_PICTURES = "{count} pictures.csv rows repeat an id."
    NEVER_PLANNED = "{count} pictures on the server were never planned by the client."
    NO_PICTURE = "{count} requests got a 2xx but the server has no picture."
    REFUSED_BUT_READY = "{count} requests were refused although the picture is ready."
    DONE_BUT_NOT_READY = "{count} sync responses said done although the picture is not ready."
    READY_WITH_REASON = "{count} ready pictures have a failure reason."
    NOT_EXECUTED_ONCE = "{count} ready pictures were not executed exactly once."
    READY_WITHOUT_FILE = "{count} ready pictures lack a file."
    READY_WITHOUT_STAMP = "{count} ready pictures lack a timestamp."
    MISORDERED = "{count} requests have {first} after {second}."
    UNBALANCED = "{planned} requests were planned, but ok + failed + unfinished = {ok} + {failed} + {unfinished}."
    BROKER_NOT_ASKED = "Some pictures are unfinished and nobody asked the broker what it holds: some may be lost."
    LOST = "{count:accepted picture} {count:is|are} lost: neither finished nor held by the broker."
    # What samples from outside counted.
    TOO_MANY_AT_WORK = (
        "{count} pictures were in progress at once, but there are {places} slots: more workers ran than were asked for."
    )
    HARDLY_SAMPLED = "The stack was hardly sampled during the measurement, so its own counts say nothing."
    COUNT_DRIFTS = (
        "The database's count of finished pictures and the rows drift apart by {missed:.0f} or more: rows "
        "were lost or added, or the count stood still."
    )
    DATABASE_MISCOUNTS = "Unfinished pictures in the database: {counted}, so Little's law does not hold."
    BROKER_MISCOUNTS = "Messages at the broker: {counted}."
    HANDS_MISCOUNT = "Messages held by workers, by the broker's count: {counted}."
    # The ledger.
    LOST_AND_STUCK = "{count:accepted picture} {count:is|are} lost, {stuck} of them stuck at the broker."
    NEVER_SENT = "{count:picture} {count:was|were} never sent."
    STORED_TWICE = "{count:picture} {count:was|were} stored twice externally."
    INCOMPLETE = "{count:ready picture} {count:lacks|lack} a file."
    DIED = "The {name} died and was restarted during the trial."
    LOOK = "Do not trust any number of this trial: look at its logs, then measure again."
    ON_PURPOSE = "A fault was injected here: the ledger shows what it did, and rates and times are left out."
    # The load generator.
    NOTHING_DUE = "No upload was due inside the measurement window."
    SENT_LATE = (
        "The load generator was late: 1 in 100 requests left {lag_ms:.0f} ms or more after it was "
        "due (limit {limit_ms:.0f} ms). Close other programs or offer less load."
    )
    FAILED_BY_CLIENT = (
        "The load generator itself failed {count} of {uploads} uploads ({limits}), which says nothing about "
        "the server. {remedies}, or offer less load."
    )
    SENT_OTHERWISE = (
        "{sent} requests were sent inside the window, but {planned} were planned. Offer less load, "
        "or use more load generators."
    )
    SENT_BY_OTHERS = (
        "{count} uploads came from elsewhere while the trial sent {sent}, so the load was not the planned one. "
        "Make sure that nobody else sends uploads, and measure again."
    )
    # Overload, and what is too near to it to tell.
    DOOR_BEHIND = (
        "{arriving:.1f} uploads/s arrive and the unanswered ones grow by {growth:.1f} uploads/s: "
        "the web process cannot keep up"
    )
    WORKERS_BEHIND = (
        "{arriving:.1f} pictures/s arrive and the backlog grows by {growth:.1f} pictures/s: "
        "{workers:worker} cannot keep up"
    )
    ANSWERS_DEPEND = ", so even response time depends on when the measurement stops."
    TIMES_DEPEND = ", so waiting times depend on when the measurement stops."
    NOT_READY = (
        "{count} of {arrived} uploads {count:was|were} not ready when the trial ended, so "
        "{count:its time is|their times are} unknown."
    )
    FALLS_SHORT = "{arriving:.1f} uploads/s arrived and {leaving:.1f} uploads/s were {done}, {percent:.0f} % less."
    BACKLOG_GREW = "The backlog grew by {growth:.2f} uploads/s, too little for overload and too much to be steady."
    UNANSWERED_GREW = (
        "The number of unanswered uploads grew by {growth:.2f} uploads/s, too little for overload and too much to be "
        "steady."
    )
    ONE_CORE_BUSY = "The machine's one core was {percent:.0f} % busy"
    CORES_BUSY = "The machine's {cores} cores were {percent:.0f} % busy"
    WEB_BUSY = "The web process was busy {percent:.0f} % of the time"
    WORKERS_ASKED = "The load needs {percent:.0f} % of the capacity of {workers:worker}"
    CHANCE_DECIDES = ", so chance decides how long an upload waits."
    NEVER_STEADY = ", so the backlog cannot stay steady."
    MEASURE_LONGER = "A window of {window_s:.0f} s is too short to decide near saturation: measure longer."
    WAIT_LONGER = "Raise the drain limit, or offer less load."
    WORKERS_WOULD_NOT_HELP = (
        "More workers would not help, because the cores are the limit: offer less load, or use more cores."
    )
    ADD_WORKERS = "Add workers or offer less load."
    THREADS_WOULD_NOT_HELP = (
        "More threads would not help, because the cores are the limit: offer less load, or use more cores."
    )
    THREADS_SHARE_A_CORE = "More threads would not help, because they share one core: offer less load."
    ADD_THREADS = "Add web threads or offer less load."
    # What changes no verdict but VALID.
    UPLOADS_FAILED = (
        "{count} of {uploads:upload} failed: {causes}. Failed uploads cost less than finished "
        "pictures, so the rates and times of this trial mean little. Send pictures that the app accepts, or look at "
        "its logs."
    )
    NOT_QUIET = "The machine was noisy: {taken}. Close other programs or use a dedicated machine, and measure again."


# What to do about each limit, by its words in requests.csv.
REMEDIES = {
    "too many open files": "Allow a process more of them (ulimit -n)",
    "too many open files on this machine": "Close other programs",
    "no free port": "Widen the range of local ports (Linux: net.ipv4.ip_local_port_range)",
    "no buffer space": "Close other programs",
    "out of memory": "Close other programs",
    "not permitted": "Check whether a firewall on this machine blocks them",
    "no network": "Check that this machine is on the network of the stack",
    "unknown host": "Check the URL of the stack",
}
OTHERS = "See Locust's log"


class Count(int):
    """A whole number whose format names what is counted, or what follows from there being one or several."""

    def __format__(self, words: str) -> str:
        if "|" in words:
            return words.split("|")[self != 1]
        return amount(int(self), words) if words else str(int(self))


@dataclass(frozen=True)
class Reason:
    """A kind with its numbers as the sentence shows them, and what follows from it, `then`."""

    kind: Kind
    numbers: tuple[tuple[str, Number], ...] = ()
    then: tuple[Kind, ...] = ()

    @property
    def fact(self) -> str:
        """The reason in words, without what follows."""
        counted = {name: Count(value) if isinstance(value, int) else value for name, value in self.numbers}
        return self.kind.value.format(**counted)

    @property
    def consequence(self) -> str:
        """What follows from it in words; empty if nothing does."""
        return " ".join(kind.value for kind in self.then)

    def __str__(self) -> str:
        between = " " if self.then and not self.consequence.startswith(",") else ""
        return f"{self.fact}{between}{self.consequence}"


def reason(kind: Kind, *then: Kind, **numbers: Number) -> Reason:
    """A reason with its numbers, and what follows from it."""
    return Reason(kind, tuple(sorted(numbers.items())), then)
