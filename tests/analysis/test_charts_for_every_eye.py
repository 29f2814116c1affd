"""Every chart can be read on a projector, by eyes that lack a kind of cones, and in black and white."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from eyes import VISIONS, contrast, difference, lab
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from analysis.charts.palette import COMPONENTS, FAINT, MODES, TIME_PARTS, WINDOW
from analysis.charts.panels import EVENT

PAPERS = ("#ffffff", WINDOW)
# WCAG 2.2, success criteria 1.4.3 and 1.4.11.
LEAST_OF_WORDS, LEAST_OF_GRAPHICS = 4.5, 3.0
# Delta E between any two series: more than six times what can just be told apart side by side.
LEAST_DIFFERENCE = 15.0
# L* between two series that nothing but their grey tells apart.
LEAST_LIGHTNESS = 15.0
# These carry nothing that is not said elsewhere: shades behind the drawing, and lines between groups of rows.
BACKGROUND = {WINDOW, FAINT}
NO_FILL = {"none", "white", "#ffffff"}


def lines(ax: Axes) -> list[Line2D]:
    """The lines and points of an axes, but for marks of events, lines between rows, and the ends of intervals, which
    stand on the points of their series."""
    marks = (line for line in ax.lines if line.get_gid() != EVENT and line.get_marker() != "_")
    return [line for line in marks if to_hex(line.get_color()) not in BACKGROUND]


def inked(line: Line2D) -> list[object]:
    """The colours that a line, or a point and its rim, are seen by."""
    if line.get_linestyle() != "None" or not line.get_marker():
        return [line.get_color()]
    return [colour for colour in (line.get_markerfacecolor(), line.get_markeredgecolor()) if str(colour) not in NO_FILL]


def bars(ax: Axes) -> list[Rectangle]:
    """The bars of an axes that have something in them, but for shades."""
    found = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_height() and patch.get_width()]
    return [
        bar for bar in found if to_hex(bar.get_facecolor()) not in BACKGROUND and to_rgba(bar.get_facecolor())[3] == 1
    ]


def strokes(ax: Axes) -> Iterator[object]:
    for found in ax.collections:
        if isinstance(found, LineCollection | PathCollection):
            yield from found.get_edgecolor()


def test_words_stand_out_from_white_and_from_shades(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for text in figure.findobj(Text):
            if text.get_text().strip():
                least = min(contrast(text.get_color(), paper) for paper in PAPERS)
                assert least >= LEAST_OF_WORDS, f"{chart}: {text.get_text()!r} has {least:.2f}"


def test_lines_points_and_bars_stand_out_from_the_paper(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for ax in figure.axes:
            seen = [inked(line) for line in lines(ax)] + [[colour] for colour in strokes(ax)]
            seen += [[bar.get_facecolor(), bar.get_edgecolor()] for bar in bars(ax)]
            for colours in seen:
                best = max(min(contrast(colour, paper) for paper in PAPERS) for colour in colours)
                assert best >= LEAST_OF_GRAPHICS, f"{chart}: {colours} has {best:.2f}"


def test_nothing_that_tells_a_number_is_half_transparent(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for ax in figure.axes:
            assert all(line.get_alpha() in (None, 1) for line in lines(ax)), chart


def test_arrows_in_place_of_a_value_stand_out(drawn: dict[str, Figure]) -> None:
    for figure in drawn.values():
        for text in (text for ax in figure.axes for text in ax.texts if isinstance(text, Annotation)):
            if text.arrow_patch is not None and not text.get_text():
                assert contrast(text.arrow_patch.get_edgecolor(), WINDOW) >= LEAST_OF_GRAPHICS


@pytest.mark.parametrize("vision", VISIONS)
def test_sync_and_queue_differ_for_every_eye(vision: str) -> None:
    assert difference(MODES["sync"].colour, MODES["queue"].colour, vision) > 4 * LEAST_DIFFERENCE


@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_series_of_a_chart_differ_for_every_eye(drawn: dict[str, Figure], vision: str) -> None:
    for chart, figure in drawn.items():
        for ax in figure.axes:
            of_lines = {to_hex(inked(line)[0]) for line in lines(ax)}
            of_bars = {to_hex(bar.get_facecolor()) for bar in bars(ax)}
            for one, other in [*combinations(of_lines, 2), *combinations(of_bars, 2)]:
                found = difference(one, other, vision)
                assert found >= LEAST_DIFFERENCE, f"{chart}: {one} and {other} differ by {found:.0f}"


def test_in_black_and_white_another_marker_dash_or_grey_tells_two_series_apart(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for ax in figure.axes:
            looks = {(to_hex(inked(line)[0]), line.get_marker(), line.get_linestyle()) for line in lines(ax)}
            for (one, *code), (other, *other_code) in combinations(looks, 2):
                greys = abs(lab(one)[0] - lab(other)[0])
                assert one == other or code != other_code or greys >= LEAST_LIGHTNESS, f"{chart}: {one} and {other}"


@pytest.mark.parametrize("looks", [COMPONENTS, TIME_PARTS])
def test_in_black_and_white_another_hatch_or_grey_tells_two_parts_of_a_bar_apart(
    looks: dict[str, tuple[str, str]],
) -> None:
    for (one, hatch), (other, other_hatch) in combinations(set(looks.values()), 2):
        assert hatch != other_hatch or abs(lab(one)[0] - lab(other)[0]) >= LEAST_LIGHTNESS


def test_the_measures_are_those_of_the_standards() -> None:
    """Black on white; a pair of equal colours; red and green, which lie much closer without their cones."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.1)
    assert difference("#d62728", "#d62728") == 0
    assert difference("#d62728", "#2ca02c", "deuteranopia") < 0.5 * difference("#d62728", "#2ca02c")
