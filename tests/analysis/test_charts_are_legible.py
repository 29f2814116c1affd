import math
from functools import cache
from itertools import combinations

import matplotlib
import matplotlib.font_manager
import numpy as np
import pandas as pd
import pytest
from analysed import drawn_charts, drawn_comparisons, drawn_together, grouped_and_compared
from hand_made import capacities
from laptops import laptop
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from sealing import GUESSED, sealed
from synthetic_experiment import (
    Made,
    both_brokers,
    both_modes,
    both_stacks,
    repeated,
    undecided,
    with_delays,
    write_experiment,
)

from analysis.ceiling import ceilings
from analysis.charts.capacity import draw_capacity
from analysis.charts.frame import SMALLEST_PT, STYLE
from analysis.charts.labels import spread_out
from analysis.charts.needed import draw_needed
from analysis.charts.palette import MODES
from analysis.needed import decision
from analysis.pool.chart import draw_speedups
from analysis.pool.pooled import pool
from analysis.pool.sentences import title
from analysis.samples import BARE_COLUMNS

WHAT = {
    "demo": both_modes(),
    "one mode": [Made(mode="sync", workers=count) for count in (1, 2, 4)],
    "one worker": both_modes((1,)),
    "one trial": [Made(mode="queue", workers=8)],
    "all overloaded": both_modes((1, 2)),
    "a scalability law": both_modes((1, 2, 3, 4, 6, 8), offered_rate=30.0, service_s=0.8, noise=0.05),
    "by hand": [Made(workers=2, offered_rate=5.0), Made(workers=4, offered_rate=5.0)],
    "repeats": repeated(both_modes((1, 2, 3, 4, 8)), 3),
    "a mode unevenly": [*both_modes((1, 4)), Made(mode="sync", workers=16)],
    "two brokers": repeated(both_brokers(both_modes((1, 2, 4, 8), noise=0.03), slower=1.3), 4),
    "two brokers, many workers": repeated(both_brokers(both_modes((1, 3, 4, 6, 8, 12, 16)), slower=2.3), 2),
    "two brokers, one trial each": both_brokers([Made(workers=4)], slower=1.1),
    "far brokers": with_delays(both_modes((4,)), (0.0, 0.05)),
    "two stacks": both_stacks(repeated(both_modes((2, 4)), 2)),
    "undecided": [undecided(count, mode=mode) for count in (1, 2, 4) for mode in ("sync", "queue")],
    "one of three undecided": [*both_modes((1, 8)), undecided(4, mode="sync"), undecided(4)],
    "two stacks, undecided": both_stacks([undecided(4, mode="sync"), undecided(4), *both_modes((8,))]),
    "failures": both_modes((1, 2, 4, 8), fails_every=10),
    "nothing but failures": both_modes((1, 4), fails_every=1),
    "undecided with failures": [undecided(count, mode=mode, fails_every=7) for mode in MODES for count in (1, 4)],
    "the class's guess": both_modes(),
    "a wild guess": repeated(both_modes(), 3),
    "a guess of what grows": both_modes((4, 8)),
}
WILD = {str(count): value for count, value in zip((1, 2, 4, 8), (9000, 0, 9, 14), strict=True)}
GUESSES = {
    "the class's guess": GUESSED,
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


@pytest.fixture(scope="module", params=[*WHAT, *SEARCHES, *COMPARED, *POOLED])
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Every chart of one experiment, of one search, of one comparison, or of one class."""
    if request.param in SEARCHES:
        return _of_search(capacities(*SEARCHES[request.param]))
    if request.param in POOLED:
        pooled = pool([laptop(cores, speedup) for cores, speedup in POOLED[request.param]])
        return {"speed-up": draw_speedups(pooled, "queue", title(pooled, "queue"))}
    if request.param in COMPARED:
        root = tmp_path_factory.mktemp("compared")
        return drawn_together(*(write_experiment(root / name, made) for name, made in COMPARED[request.param].items()))
    folder = write_experiment(tmp_path_factory.mktemp("drawn") / "x", WHAT[request.param], by_hand=True)
    if request.param in GUESSES:
        sealed(folder, GUESSES[request.param])
    charted, compared = grouped_and_compared(folder)
    return drawn_charts(charted[0]) | drawn_comparisons(charted, compared)


def _of_search(found: pd.DataFrame) -> dict[str, Figure]:
    with matplotlib.rc_context(STYLE):
        capacity = draw_capacity(found, ceilings(pd.DataFrame(columns=list(BARE_COLUMNS))), "title", "subtitle")
        return {"workers_needed": draw_needed(found, decision(found), "subtitle"), "capacity": capacity}


@cache
def _texts(figure: Figure) -> tuple[tuple[Text, Bbox], ...]:
    """Every text that shows, with its place in pixels; drawn once, because drawing is what takes time."""
    figure.canvas.draw()
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return tuple((text, Text.get_window_extent(text)) for text in shown if not _hidden_tick(text, figure))


def _hidden_tick(text: Text, figure: Figure) -> bool:
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if text in (tick.label1, tick.label2):
                    return not low <= tick.get_loc() <= high
    return False


def test_no_text_is_cut_off(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for text, box in _texts(figure):
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 1280 and box.y1 <= 720
            assert inside, f"{chart}: {text.get_text()!r} at {box}"


def test_no_text_covers_another(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for (one, first), (other, second) in combinations(_texts(figure), 2):
            overlap = Bbox.intersection(first, second)
            covered = overlap is not None and overlap.width > 1 and overlap.height > 6
            assert not covered, f"{chart}: {one.get_text()!r} and {other.get_text()!r}"


def test_the_smallest_text_is_readable_on_a_wall(drawn: dict[str, Figure]) -> None:
    """24 px in a picture 1280 px wide."""
    for chart, figure in drawn.items():
        for text, _ in _texts(figure):
            assert text.get_fontsize() * 100 / 72 >= 24, f"{chart}: {text.get_text()!r}"


def test_no_chart_has_a_legend_box(drawn: dict[str, Figure]) -> None:
    for figure in drawn.values():
        assert not figure.legends
        assert all(ax.get_legend() is None for ax in figure.axes)


def test_labels_are_moved_apart_and_stay_inside() -> None:
    heights = spread_out([10.0, 11.0, 12.0, 200.0], gap=30, low=0, high=210)

    assert min(np.diff(heights)) >= 30 - 0.01
    assert heights[0] >= 0
    assert heights[-1] == 200.0


def test_the_font_of_the_charts_comes_with_matplotlib() -> None:
    assert "mpl-data" in matplotlib.font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    assert SMALLEST_PT * 100 / 72 >= 24
