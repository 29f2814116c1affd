"""Each chart can be read on a projector, by eyes that lack a kind of cones, and in black and white; in one file, as
drawing them takes longer than looking at them."""

from itertools import combinations

import pytest
from eyes import LEAST_DIFFERENCE, LEAST_LIGHTNESS, VISIONS, contrast, difference, lab
from matplotlib.artist import Artist
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from seen import bars, colours_by_part, in_panel, inked, lines, over_tick, strokes, texts

from analysis.charts.parts.palette import MODES, WINDOW, ink
from analysis.charts.parts.svg_data import belonging

PAPERS = ("#ffffff", WINDOW)
# WCAG 2.2, success criteria 1.4.3 and 1.4.11.
LEAST_OF_WORDS, LEAST_OF_GRAPHICS = 4.5, 3.0


def test_no_text_is_cut_off(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for text, box in texts(figure):
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 1280 and box.y1 <= 720
            assert inside, f"{chart}: {text.get_text()!r} at {box}"


def test_no_text_covers_another(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        for (one, first), (other, second) in combinations(texts(figure), 2):
            overlap = Bbox.intersection(first, second)
            covered = overlap is not None and overlap.width > 1 and overlap.height > 6
            assert not covered, f"{chart}: {one.get_text()!r} and {other.get_text()!r}"


def test_the_smallest_text_is_readable_on_a_wall(drawn: dict[str, Figure]) -> None:
    """24 px in a picture 1280 px wide."""
    for chart, figure in drawn.items():
        for text, _ in texts(figure):
            assert text.get_fontsize() * 100 / 72 >= 24, f"{chart}: {text.get_text()!r}"


def test_no_chart_has_a_legend_box(drawn: dict[str, Figure]) -> None:
    for figure in drawn.values():
        assert not figure.legends
        assert all(ax.get_legend() is None for ax in figure.axes)


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


def test_a_mode_that_is_hidden_takes_all_that_is_its_own_and_leaves_the_other(drawn: dict[str, Figure]) -> None:
    for chart, figure in drawn.items():
        owned = belonging(figure)
        for mode in set(owned.values()):
            gone = {artist for artist, owner in owned.items() if owner == mode}
            assert own_of(figure, mode) <= gone, f"{chart}: {own_of(figure, mode) - gone} stays of {mode}"
            others = {artist for other in set(MODES) - {mode} for artist in own_of(figure, other)}
            assert not others & gone, f"{chart}: {others & gone} goes with {mode}"


def own_of(figure: Figure, mode: str) -> set[Artist]:
    """What a person would say is of a mode: its colour, what stands in its panel, and bars and words with its name."""
    colours = {colour.lower() for colour in (MODES[mode].colour, ink(MODES[mode].colour))}
    own = {part for part, seen in colours_by_part(figure).items() if colours & seen}
    for ax in figure.axes:
        own |= in_panel(ax, mode) | over_tick(ax, mode) | {text for text in ax.texts if mode in text.get_text()}
    return own
