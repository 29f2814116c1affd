"""The colours of the charts are told apart by every eye and in black and white."""

from itertools import combinations

import pytest
from eyes import LEAST_DIFFERENCE, LEAST_LIGHTNESS, VISIONS, contrast, difference, lab

from analysis.charts.parts.palette import COMPONENTS, MODES, TIME_PARTS


@pytest.mark.parametrize("vision", VISIONS)
def test_sync_and_queue_differ_for_every_eye(vision: str) -> None:
    assert difference(MODES["sync"].colour, MODES["queue"].colour, vision) > 4 * LEAST_DIFFERENCE


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
