import math
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from analysis.lesson.gallery.misleading import TELLERS
from tests.pages import offline, pages_of, serious_findings


def test_a_phone_shows_both_sides_whole_one_above_the_other(sheets: Path, browser: Browser) -> None:
    with offline(browser, sheets / "gallery.html", 390, 844) as page:
        for picture in page.get_by_role("img").all():
            place = picture.bounding_box()
            assert place is not None
            assert place["x"] >= 0 and place["x"] + place["width"] <= 390
            assert place["height"] > 1.5 * place["width"]


def test_on_paper_two_pairs_share_a_page(sheets: Path, browser: Browser) -> None:
    with offline(browser, sheets / "gallery.html", 1280, 720) as page:
        assert pages_of(page.pdf(prefer_css_page_size=True)) == math.ceil(len(TELLERS) / 2)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 720)])
def test_the_page_needs_no_network_and_axe_finds_nothing_serious(
    sheets: Path, browser: Browser, width: int, height: int
) -> None:
    with offline(browser, sheets / "gallery.html", width, height) as page:
        assert serious_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_role("img").count() == len(TELLERS)
        assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
