"""Every chart that the project can draw, of many kinds of experiments."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import matplotlib
import pandas as pd
from analysed import drawn_together, drawn_whole
from hand_made import capacities
from laptops import laptop
from matplotlib.figure import Figure
from sealing import GUESSED, sealed
from synthetic_experiment import (
    START,
    Made,
    at_rates,
    both_brokers,
    both_modes,
    both_stacks,
    repeated,
    undecided,
    with_delays,
    write_bare,
    write_controls,
    write_experiment,
)

from analysis.capacity.workers_needed import decision
from analysis.charts.calibration import draw_judged, draw_reported
from analysis.charts.capacity import draw_capacity, draw_needed, draw_reached
from analysis.charts.parts.layout import STYLE
from analysis.charts.parts.palette import MODES
from analysis.data.schema import BARE_COLUMNS, LATER_PICTURE_COLUMNS
from analysis.format import GROWS
from analysis.metrics.utilisation import ceilings
from analysis.pool.speedups import draw_speedups, pool, title

WHAT: Mapping[str, Sequence[Made]] = {
    "demo": both_modes(),
    "one mode": [Made(mode="sync", workers=count) for count in (1, 2, 4)],
    "one worker": both_modes((1,)),
    "one trial": [Made(mode="queue", workers=8)],
    "all overloaded": both_modes((1, 2)),
    "by hand": [Made(workers=2, offered_rate=5.0), Made(workers=4, offered_rate=5.0)],
    "repeats": repeated(both_modes((1, 2, 3, 4, 8)), 3),
    "a mode unevenly": [*both_modes((1, 4)), Made(mode="sync", workers=16)],
    "two brokers": repeated(both_brokers(both_modes((1, 4), noise=0.03), slower=1.3), 3),
    "two brokers, many workers": both_brokers(both_modes((1, 3, 4, 6, 8, 12, 16)), slower=2.3),
    "two brokers, one trial each": both_brokers([Made(workers=4)], slower=1.1),
    "far brokers": with_delays(both_modes((4,)), (0.0, 0.05)),
    "two stacks": both_stacks(repeated(both_modes((2, 4)), 2)),
    "undecided": [undecided(count, mode=mode) for count in (1, 2, 4) for mode in ("sync", "queue")],
    "one of three undecided": [*both_modes((1, 8)), undecided(4, mode="sync"), undecided(4)],
    "two stacks, undecided": both_stacks([undecided(4, mode="sync"), undecided(4), *both_modes((8,))]),
    "failures": both_modes((1, 2, 4, 8), fails_every=10),
    "nothing but failures": both_modes((1, 4), fails_every=1),
    "undecided with failures": [undecided(count, mode=mode, fails_every=7) for mode in MODES for count in (1, 4)],
    "a scalability law": both_modes((1, 2, 3, 4, 6, 8), offered_rate=30.0, service_s=0.8, noise=0.05),
    "class prediction": both_modes(),
    "a wild guess": repeated(both_modes(), 2),
    "a guess of what grows": both_modes((4, 8)),
    "many workers": both_modes((8, 32), offered_rate=40.0),
    "three rates": at_rates(both_modes((2, 4)), (4.0, 8.0, 16.0)),
    "rates that all grow": at_rates(both_modes((1,)), (8.0, 16.0)),
    "blocks with a control": repeated(both_modes((2, 16), noise=0.02), 4),
    "doubtful blocks with a control": repeated(both_modes((4, 16), fails_every=7), 2),
    "one worker count under its ceiling": both_modes((4,)),
    "one worker count far under its ceiling": both_modes((16,), offered_rate=4.0),
    "broken": both_modes((4,)),
}
WILD = {str(count): value for count, value in zip((1, 2, 4, 8), (9000, 0, 9, 14), strict=True)}
GUESSES = {
    "class prediction": GUESSED,
    "a wild guess": {"schema": 1, "throughput": WILD, "ready_s": {**WILD, "1": "inf"}},
    "a guess of what grows": {"schema": 1, "ready_s": {"4": "inf", "8": "inf"}},
}
OPEN = math.nan
SEARCHES = {
    "a search": [(mode, workers, 2.9 * workers, 3.2 * workers, OPEN) for workers in (1, 2, 4) for mode in MODES],
    "a long search": [(mode, workers, 2.9 * workers, 3.2 * workers, OPEN) for workers in range(1, 9) for mode in MODES],
    "a search with open ends": [
        ("sync", 1, 2.5, OPEN, OPEN),
        ("queue", 1, OPEN, 3.0, OPEN),
        ("queue", 4, 60, 61, OPEN),
    ],
    "a search in one mode": [("queue", 1, 0.04, 0.05, OPEN)],
}
# Experiments side by side, by the names of their folders.
COMPARED = {
    "two machines": {
        "laptop": repeated(both_modes((1, 2, 4, 8), noise=0.03), 3),
        "server": repeated(both_modes((1, 2, 4, 8), service_s=0.2, noise=0.03), 3),
    },
    "four experiments with long names": {
        f"measured on the {n}th of November": both_modes((1, 4, 8), service_s=0.2 + n / 20) for n in range(4)
    },
    "one of two overloaded": {"first": both_modes((2, 4)), "second": both_modes((2, 4), service_s=0.1)},
    "one mode each": {"here": [Made(workers=1)], "there": [Made(workers=1, service_s=0.05)]},
    "undecided and failing": {"here": [undecided(4), Made(workers=8)], "there": both_modes((4, 8), fails_every=9)},
}
# Pooled laptops, by cores and speed-up.
POOLED = {
    "a class": [*((2, 1.8 + n / 40) for n in range(8)), (2, 0.5), *((8, 3.6 + n / 30) for n in range(6)), (4, 3.2)],
    "one laptop": [(4, 3.0)],
    "many kinds": [(cores, 1 + cores / 8) for cores in (1, 2, 4, 6, 8, 10, 12, 16)],
}
EVENTS = [
    {"kind": "fault", "what": "broker-killed", "began_at": START + 3.0, "ended_at": START + 5.0},
    {"kind": "restart", "what": "broker", "code": -9, "began_at": START + 5.0, "ended_at": START + 5.0},
    {"kind": "fault", "what": "network-cut", "began_at": START + 12.0, "ended_at": START + 14.0},
]


def write_control_of_the_queue(folder: Path, what: str = "blocks with a control") -> None:
    write_controls(folder, [each for each in WHAT[what] if (each.mode, each.workers) == ("queue", 16)])


def write_events(folder: Path) -> None:
    """The same things happen to each trial."""
    for path in folder.glob("*/trial.json"):
        record = json.loads(path.read_text())
        record["cell"]["fault"] = "broker-killed"
        path.write_text(json.dumps(record | {"events": EVENTS}))


def without_later_columns(folder: Path) -> None:
    """As older files are."""
    for path in folder.glob("*/pictures.csv"):
        pd.read_csv(path).drop(columns=list(LATER_PICTURE_COLUMNS)).to_csv(path, index=False)


BESIDE: Mapping[str, Callable[[Path], None]] = {
    "three rates": write_bare,
    "repeats": write_bare,
    "blocks with a control": write_control_of_the_queue,
    "doubtful blocks with a control": partial(write_control_of_the_queue, what="doubtful blocks with a control"),
    "one worker count under its ceiling": partial(write_bare, also=(4,)),
    "one worker count far under its ceiling": partial(write_bare, also=(16,)),
    "broken": write_events,
    "a mode unevenly": without_later_columns,
}


def drawn_of(what: str, folder: Path) -> dict[str, Figure]:
    """Every chart of one search, of one class, of one comparison, or of one kind of experiment: of those of a group
    alone, the first group's."""
    if what in SEARCHES:
        return _of_search(capacities(*SEARCHES[what]))
    if what in POOLED:
        pooled = pool([laptop(cores, speedup) for cores, speedup in POOLED[what]])
        return {"speed-up": draw_speedups(pooled, "queue", title(pooled, "queue"))}
    if what in COMPARED:
        return drawn_together(*(write_experiment(folder / name, made) for name, made in COMPARED[what].items()))
    return _of_experiment(what, folder)


def _of_search(found: pd.DataFrame) -> dict[str, Figure]:
    with matplotlib.rc_context(STYLE):
        capacity = draw_capacity(found, ceilings(pd.DataFrame(columns=list(BARE_COLUMNS))), "title", "subtitle")
        return {"workers_needed": draw_needed(found, decision(found), "subtitle"), "capacity": capacity}


def _of_experiment(what: str, folder: Path) -> dict[str, Figure]:
    write_experiment(folder, WHAT[what], by_hand=True)
    BESIDE.get(what, lambda _: None)(folder)
    if what in GUESSES:
        sealed(folder, GUESSES[what])
    return drawn_whole(folder)


def drawn_of_the_harness() -> dict[str, Figure]:
    """The charts of calibrations and of searches for a capacity."""
    server = {"code": "C5", "unit": "s", "truth": 1.0, "limit": 0.02, "passed": True}
    judged = [
        server | {"what": f"one-stall, {share}", "measured": 1.0 + off}
        for share, off in (("p50", 0.01), ("p95", -0.015), ("p99", 0.005))
    ]
    told = [server | {"what": f"reported by Locust, {n} users, one stall, p99", "measured": n / 9} for n in (1, 10)]
    found = pd.DataFrame(
        {"mode": mode, "workers": count, "passed": 2.5 * count, "failed": 3.0 * count}
        for mode in MODES
        for count in (1, 2, 4)
    )
    ceiling = pd.DataFrame({"workers": [1, 2, 4], "ceiling_throughput": [3.6, 7.2, 14.0]})
    reached = pd.DataFrame(
        {"mode": mode, "rate": rate, "reached_s": math.nan if rate == 4.0 else 0.2 * rate}
        | {"mark": GROWS if rate == 4.0 else ""}
        for mode in MODES
        for rate in (1.0, 2.0, 4.0)
    )
    return {
        "calibration": draw_judged(judged, "Title"),
        "other_tools": draw_reported(told, "Title"),
        "capacity": draw_capacity(found, ceiling, "Title", "subtitle"),
        "searched": draw_reached(reached, found[found["workers"] == 1], 0.5, "ready p95", "Title", "subtitle"),
    }
