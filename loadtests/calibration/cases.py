"""The cases of a calibration: reference servers with known response times. Pure."""

from dataclasses import dataclass

from loadtests.calibration.reference_server import ReferenceModel

SEED = 41

#: Drawn service times are as long in the mean as the workload io's: every upload has a connection of its own, whose
#: cost (the floor) would drown shorter ones.
DRAWN_MEAN_S = 0.25

#: Of the known queue: its places, and how long each request takes in the mean.
PLACES, QUEUE_MEAN_S = 2, 0.1

#: Of a server between its stalls: long enough for its median not to drown in the cost of a connection.
STALLING_MEAN_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Case:
    """One trial on one reference server. kind names what its record is held against; rate is in uploads per second."""

    name: str
    kind: str
    truth: ReferenceModel
    rate: float
    measure_s: float
    mode: str = "sync"


def cases(quick: bool = False) -> list[Case]:
    """Return every case; quick ones are shorter."""
    return [*_floor(quick), *_distributions(quick), *_stalls(quick), *_queues(quick)]


def glance() -> list[Case]:
    """Return the two cases of a glance: send lag, and one stall."""
    return [case for case in cases(quick=True) if case.name in ("lag", "one-stall")]


def rate_case(rate: float, quick: bool) -> Case:
    """One step of the search for the highest rate that one process can send."""
    return Case(
        name=f"rate-{rate:g}", kind="rate", truth=ReferenceModel(seed=SEED), rate=rate, measure_s=2.0 if quick else 4.0
    )


def _floor(quick: bool) -> list[Case]:
    return [
        # Often enough for a p99 in ten seconds, and so seldom that two uploads hardly ever meet.
        Case(name="floor", kind="floor", truth=ReferenceModel(seed=SEED), rate=50, measure_s=4 if quick else 10),
        Case(name="lag", kind="lag", truth=ReferenceModel(seed=SEED), rate=100, measure_s=4 if quick else 8),
    ]


def _distributions(quick: bool) -> list[Case]:
    lengths = {50: 4, 200: 3} if quick else {50: 8, 200: 5}
    return [
        Case(
            name=f"{distribution}-{rate}",
            kind="distribution",
            truth=ReferenceModel(seed=SEED, distribution=distribution, mean_s=DRAWN_MEAN_S),
            rate=rate,
            measure_s=length_s,
        )
        for distribution in ("exponential", "lognormal", "bimodal")
        for rate, length_s in lengths.items()
    ]


def _stalls(quick: bool) -> list[Case]:
    """A tenth of the time, so that the true p95 lies in the stall's middle; the quick one is shorter."""
    scale, rate = 0.2 if quick else 1.0, 50
    once = ReferenceModel(seed=SEED, mean_s=STALLING_MEAN_S, stall_s=5 * scale, stall_after_s=20 * scale)
    again = ReferenceModel(seed=SEED, mean_s=STALLING_MEAN_S, stall_s=2, stall_after_s=4, stall_every_s=10)
    return [
        Case(name="one-stall", kind="stall", truth=once, rate=rate, measure_s=50 * scale),
        Case(name="stalls", kind="stall", truth=again, rate=50, measure_s=20),
    ]


def _queues(quick: bool) -> list[Case]:
    """FIFO queues in both modes: in one the client's clock ends the wait, in the other the server's."""
    length_s = 6.0 if quick else 15.0
    modes = {0.5: "sync", 0.8: "queue", 0.9: "sync"}
    return [
        Case(
            name=f"queue-{utilisation:g}",
            kind="queue",
            truth=ReferenceModel(seed=SEED, distribution="exponential", mean_s=QUEUE_MEAN_S, servers=PLACES),
            rate=utilisation * PLACES / QUEUE_MEAN_S,
            measure_s=length_s,
            mode=mode,
        )
        for utilisation, mode in modes.items()
    ]
