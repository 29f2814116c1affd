"""The diagram as SVG and as Mermaid source: the same boxes and arrows, readable on a wall."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from playwright.sync_api import Browser

from analysis.lesson.content.material import SOURCES

SVG = "{http://www.w3.org/2000/svg}"
Arrows = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def drawing() -> ElementTree.Element:
    return ElementTree.parse(SOURCES / "diagram.svg").getroot()


@pytest.fixture(scope="module")
def mermaid() -> str:
    return (SOURCES / "diagram.mmd").read_text()


def test_both_name_the_same_boxes(drawing: ElementTree.Element, mermaid: str) -> None:
    assert _boxes(drawing) == dict(re.findall(r'\b(\w+_\w+)[(\[{/]+"([^"]+)"', mermaid))
    assert set(_boxes(drawing).values()) == {"User", "Django", "Queue", "Workers", "External resource"}


def test_both_draw_the_same_arrows(drawing: ElementTree.Element, mermaid: str) -> None:
    without_names = re.sub(r'[(\[{/]+"[^"]+"[)\]}/]+', "", mermaid)
    written = set(re.findall(r'(\w+) -->\|"([^"]+)"\| (\w+)', without_names))

    assert _arrows(drawing) == written
    assert len(written) == 8


def test_both_modes_are_shown_with_their_heading(drawing: ElementTree.Element, mermaid: str) -> None:
    headings = [text.text for text in drawing.iter(f"{SVG}text") if text.get("class") == "mode"]

    assert headings == re.findall(r'subgraph \w+ \["([^"]+)"\]', mermaid)
    assert [heading.partition(":")[0] for heading in headings] == ["sync", "queue"]


def test_an_arrow_touches_the_boxes_that_it_names(drawing: ElementTree.Element) -> None:
    places = {group.get("id"): _extent(group) for group in drawing.iter(f"{SVG}g")}

    for arrow in drawing.iter(f"{SVG}path"):
        if source := arrow.get("data-from"):
            first, last = _ends(arrow.get("d", ""))
            assert _touches(places[source], first), source
            assert _touches(places[arrow.get("data-to")], last), arrow.get("data-to")


def test_it_says_in_words_what_it_shows(drawing: ElementTree.Element) -> None:
    title, described = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")

    assert drawing.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
    for name in ("user", "Django", "queue", "workers", "external resource", "202", "201"):
        assert name in described.text


def test_it_is_readable_on_a_wall_and_in_black_and_white(drawing: ElementTree.Element, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto((SOURCES / "diagram.svg").as_uri())
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("text")].map(text => {
            const {x, y, right, bottom} = text.getBoundingClientRect();
            return [x, y, right, bottom, parseFloat(getComputedStyle(text).fontSize)]; })"""
    )
    page.close()
    colours = set(re.findall(r"#(?:[0-9a-f]{3}){1,2}\b", (SOURCES / "diagram.svg").read_text()))

    assert all(size >= 24 for *_, size in boxes)
    assert all(x >= 0 and y >= 0 and right <= 1280 and bottom <= 720 for x, y, right, bottom, _ in boxes)
    assert all(len(set(re.findall("..", colour[1:].ljust(6, colour[1])))) == 1 for colour in colours), "greys only"


def _boxes(drawing: ElementTree.Element) -> dict[str, str]:
    return {
        group.get("id", "").replace("-", "_"): " ".join(part.text or "" for part in group.iter(f"{SVG}tspan"))
        for group in drawing.iter(f"{SVG}g")
    }


def _arrows(drawing: ElementTree.Element) -> Arrows:
    return {
        (
            arrow.get("data-from", "").replace("-", "_"),
            arrow.get("data-says", ""),
            arrow.get("data-to", "").replace("-", "_"),
        )
        for arrow in drawing.iter(f"{SVG}path")
        if arrow.get("data-from")
    }


def _extent(group: ElementTree.Element) -> tuple[float, float, float, float]:
    """The place of all frames of a box: left, top, right, bottom."""
    frames = [rect for rect in group.iter(f"{SVG}rect") if "box" in rect.get("class", "")]
    sides = [[float(frame.get(name, 0)) for name in ("x", "y", "width", "height")] for frame in frames]
    return (
        min(x for x, _, _, _ in sides),
        min(y for _, y, _, _ in sides),
        max(x + width for x, _, width, _ in sides),
        max(y + height for _, y, _, height in sides),
    )


def _ends(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a path of straight lines (M, H, V) begins and ends."""
    start = re.match(r"M(\d+) (\d+)", path)
    at = first = (float(start[1]), float(start[2]))
    for way, far in re.findall(r"([HV])(\d+)", path):
        at = (float(far), at[1]) if way == "H" else (at[0], float(far))
    return first, at


def _touches(extent: tuple[float, float, float, float], point: tuple[float, float]) -> bool:
    (left, top, right, bottom), (x, y) = extent, point
    within = left - 3 <= x <= right + 3 and top - 3 <= y <= bottom + 3
    return within and (min(abs(x - left), abs(x - right)) <= 3 or min(abs(y - top), abs(y - bottom)) <= 3)
