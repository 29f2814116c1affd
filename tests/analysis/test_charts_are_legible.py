from functools import cache
from itertools import combinations

import matplotlib.font_manager
import numpy as np
import pytest
from analysed import drawn_charts, drawn_comparisons, grouped_and_compared
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

from analysis.charts.frame import SMALLEST_PT
from analysis.charts.labels import spread_out
from analysis.charts.palette import MODES

WHAT = {
    "demo": both_modes(),
    "one mode": [Made(mode="sync", workers=count) for count in (1, 2, 4)],
    "one worker": both_modes((1,)),
    "one trial": [Made(mode="queue", workers=8)],
    "all overloaded": both_modes((1, 2)),
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


@pytest.fixture(scope="module", params=WHAT)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Every chart of one experiment."""
    folder = write_experiment(tmp_path_factory.mktemp("drawn") / "x", WHAT[request.param], by_hand=True)
    if request.param in GUESSES:
        sealed(folder, GUESSES[request.param])
    charted, compared = grouped_and_compared(folder)
    return drawn_charts(charted[0]) | drawn_comparisons(charted, compared)


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
