"""What the page to predict on shows: its charts, its words, and itself on paper and without JavaScript."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from analysis.charts.throughput import HEADROOM
from tests.pages import A4, SIZES, intrude, offline, opened, pages_of, serious_findings, sizes_of

#: For what depends on how wide the page is.
on_each_size = pytest.mark.parametrize("page", SIZES, indirect=True)


@pytest.fixture
def page(request: pytest.FixtureRequest, lesson: Path, browser: Browser) -> Iterator[Page]:
    with offline(browser, lesson / "predict.html", *SIZES[getattr(request, "param", "projector")]) as opened:
        yield opened


@on_each_size
def test_a_number_off_the_scale_is_an_arrow_with_the_number(page: Page) -> None:
    page.get_by_label("1 worker [pictures/s]").fill("75")
    page.get_by_label("2 workers [pictures/s]").fill("9")
    page.get_by_label("1 worker [s]").fill("2000")
    page.get_by_label("8 workers [s]").fill("0.02")

    for chart, numbers in (("throughput", ["75"]), ("ready_s", ["2000", "0.02"])):
        svg = page.locator(f"svg#{chart}")
        assert svg.locator(".off").count() == len(numbers)
        assert svg.locator(".off + text").all_text_contents() == numbers
    assert page.locator("svg#throughput .guess").count() == 1
    assert page.locator("svg#ready_s .guess").count() == 0


def test_the_line_breaks_where_a_number_is_off_the_scale_or_grows_without_limit(page: Page) -> None:
    numbers = {"throughput": {1: "5", 2: "90", 4: "2", 8: "3"}, "ready_s": {1: "20", 4: "2", 8: "0.5"}}
    for chart, typed in numbers.items():
        for count, number in typed.items():
            page.locator(f"#{chart}-{count}").fill(number)
    page.locator("#ready_s-2-grows").check()

    for chart in numbers:
        assert strokes_of(page, chart) == [[1], [4, 8]]


def test_the_line_goes_on_across_a_worker_count_without_a_number(page: Page) -> None:
    for count in (1, 4, 8):
        page.locator(f"#throughput-{count}").fill(f"{count}")

    assert strokes_of(page, "throughput") == [[1, 4, 8]]


def strokes_of(page: Page, chart: str) -> list[list[int]]:
    """The worker counts between which the curve is drawn without a gap."""
    path = str(page.locator(f"svg#{chart} .line").get_attribute("d"))
    places = page.evaluate("told.counts.map((_, n) => across(n))")
    counts = dict(zip(places, (1, 2, 4, 8), strict=True))
    strokes = [stroke.split("L") for stroke in path.split("M")[1:]]
    return [[counts[float(point.partition(",")[0])] for point in stroke] for stroke in strokes]


def test_each_box_to_tick_says_of_what_it_tells(page: Page) -> None:
    names = page.locator("input[type=checkbox]").evaluate_all("all => all.map((each) => each.ariaLabel)")

    assert len(set(names)) == len(names) == 6
    assert all("grows without limit" in name for name in names)


def test_the_axes_are_those_of_the_chart(page: Page) -> None:
    told: Any = json.loads(page.locator("#drawing").text_content())

    assert told["top"] == HEADROOM * 10
    assert told["times"] == [0.1, 100]


def test_on_paper_it_is_two_pages_of_a4_without_what_only_a_screen_can_do(lesson: Path, browser: Browser) -> None:
    with offline(browser, lesson / "predict.html", *SIZES["projector"]) as page:
        page.get_by_label("1 worker [pictures/s]").fill("3.5")
        pdf = page.pdf(prefer_css_page_size=True)
        assert pages_of(pdf) <= 2
        assert sizes_of(pdf) == {A4}
        page.emulate_media(media="print")
        assert not page.get_by_role("button").is_visible()
        assert not page.get_by_label("The same as one line").is_visible()
        assert page.get_by_label("1 worker [pictures/s]").is_visible()


def test_without_javascript_it_sends_to_the_hand_out_and_shows_no_dead_part(lesson: Path, browser: Browser) -> None:
    with opened(browser, lesson / "predict.html", java_script_enabled=False) as shown:
        assert "needs JavaScript" in shown.page.locator("noscript p").inner_text()
        address = shown.page.locator("noscript a").get_attribute("href")
        assert not shown.page.get_by_role("button").is_visible()
        assert not shown.page.get_by_role("textbox").first.is_visible()

    assert (lesson / str(address)).exists()


def test_each_axis_has_a_title_of_its_own_and_says_of_which_mode(page: Page) -> None:
    for chart, up in (("throughput", "finished [pictures/s]"), ("ready_s", "ready time [s], log scale")):
        svg = page.locator(f"svg#{chart}")
        title, across = svg.get_by_text(up, exact=True), svg.get_by_text("workers, queue mode", exact=True)
        places = [each.bounding_box() for each in (svg, title, across)]
        (whole, left, below) = (place for place in places if place)
        assert whole["x"] <= left["x"] < left["x"] + left["width"] < below["x"]
        assert left["height"] > left["width"]
        assert below["y"] + below["height"] <= whole["y"] + whole["height"]
    assert page.get_by_role("group", name="Queue mode: how").count() == 2


@on_each_size
def test_the_words_of_a_chart_stand_apart(page: Page) -> None:
    page.get_by_label("1 worker [pictures/s]").fill("75")
    page.get_by_label("8 workers [s]").fill("0.02")

    for chart in ("throughput", "ready_s"):
        boxes = [text.bounding_box() for text in page.locator(f"svg#{chart} text").all()]
        for one, other in combinations([box for box in boxes if box], 2):
            apart_x = max(one["x"], other["x"]) - min(one["x"] + one["width"], other["x"] + other["width"])
            apart_y = max(one["y"], other["y"]) - min(one["y"] + one["height"], other["y"] + other["height"])
            # A box is as high as the font's tallest letter; digits leave a quarter of it free.
            assert apart_x > 0 or apart_y > -0.25 * min(one["height"], other["height"]), (one, other)


def test_the_command_that_seals_is_folded_away_from_the_class(page: Page) -> None:
    command = page.locator("code", has_text="--predictions ~/Downloads/predictions.json")

    assert not command.is_visible()
    page.get_by_text("For the teacher").click()
    assert command.is_visible()
    assert serious_findings(page) == []


def test_the_policy_lets_no_request_out_and_no_foreign_script_in(lesson: Path, browser: Browser) -> None:
    with opened(browser, lesson / "predict.html") as shown:
        intrude(shown.page)

        assert shown.page.evaluate("window.foreign") is None
        assert len([words for words in shown.problems if "Content Security Policy" in words]) == 2
