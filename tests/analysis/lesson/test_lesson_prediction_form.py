"""A class predicts in a real browser, and the file that comes out is read as the analysis reads it."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from analysed import drawn_charts, grouped
from playwright.sync_api import Browser, Download, Page, expect
from sealing import sealed
from synthetic_experiment import both_modes, write_experiment

from analysis.charts.parts.palette import GUESS
from analysis.charts.throughput import HEADROOM
from analysis.data.class_predictions import Guess, parse_guess
from tests.pages import offline, serious_findings

SIZES = {"projector": (1280, 720), "phone": (390, 844)}


#: For what depends on how wide the page is.
on_each_size = pytest.mark.parametrize("page", SIZES, indirect=True)


@pytest.fixture
def page(request: pytest.FixtureRequest, lesson: Path, browser: Browser) -> Iterator[Page]:
    with offline(browser, lesson / "predict.html", *SIZES[getattr(request, "param", "projector")]) as opened:
        yield opened


def saved(page: Page) -> Guess:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save predictions.json").click()
    assert download.value.suggested_filename == "predictions.json"
    return parse_guess(Path(download.value.path()).read_text())


def point(page: Page, chart: str, count: int, share: float) -> tuple[float, float]:
    """Where a worker count stands on the page, and how far up the axis."""
    svg = page.locator(f"svg#{chart}")
    svg.scroll_into_view_if_needed()
    place = """(svg, [n, share]) => {
      const at = svg.createSVGPoint();
      at.x = across(n);
      at.y = BOX.bottom - share * (BOX.bottom - BOX.top);
      const there = at.matrixTransform(svg.getScreenCTM());
      return [there.x, there.y];
    }"""
    x, y = svg.evaluate(place, [(1, 2, 4, 8).index(count), share])
    return x, y


def draw(page: Page, chart: str, curve: dict[int, float]) -> None:
    points = [point(page, chart, count, share) for count, share in curve.items()]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y)
    page.mouse.up()


def test_typed_numbers_are_saved_as_they_were_typed(page: Page) -> None:
    page.get_by_label("1 worker [pictures/s]").fill("3.5")
    page.get_by_label("8 workers [pictures/s]").fill("28")
    page.get_by_label("4 workers [s]").fill("0.4")
    page.get_by_label("queue: a worker does the work [s]").fill("0.01")
    page.locator("#response_s-sync-grows").check()

    guess = saved(page)

    assert guess.throughput == {1: 3.5, 8: 28}
    assert guess.ready_s == {4: 0.4}
    assert guess.response_s == {"sync": math.inf, "queue": 0.01}
    assert parse_guess(page.get_by_label("The same as one line").input_value()) == guess


def test_a_decimal_comma_is_saved_as_the_point_that_it_is(page: Page) -> None:
    field = page.get_by_label("1 worker [pictures/s]")
    field.press_sequentially("7,5")
    page.get_by_label("2 workers [pictures/s]").press_sequentially("14.5")
    page.get_by_label("1 worker [s]").press_sequentially(" ,25 ")

    guess = saved(page)

    assert (guess.throughput, guess.ready_s) == ({1: 7.5, 2: 14.5}, {1: 0.25})
    assert field.input_value() == "7.5"


def test_what_is_no_number_says_so_beside_its_field_and_keeps_all_from_being_saved(page: Page) -> None:
    downloads = watched(page)
    page.get_by_label("2 workers [pictures/s]").fill("3")
    field, beside = page.get_by_label("1 worker [pictures/s]"), page.locator("#throughput-1-wrong")

    for typed in ("7.5.1", "1.000,5", "-3", "1e3", "0x10", "seven", "10001", "."):
        field.fill(typed)
        assert page.locator("[aria-invalid=true]").count() == 1, typed
        assert beside.inner_text() == "Not a number from 0 to 10000.", typed
        assert page.get_by_label("The same as one line").input_value() == "", typed
        page.get_by_role("button", name="Save predictions.json").click()
        assert page.get_by_role("status").inner_text().startswith("Not saved."), typed
        assert page.get_by_role("status").inner_text().endswith(f" {typed}."), typed

    expect(field).to_have_accessible_description("Not a number from 0 to 10000.")
    field.fill("1")
    assert not beside.is_visible()
    assert saved(page).throughput == {1: 1, 2: 3}
    # They come in their order: one that should not be would be here before the last.
    assert len(downloads) == 1


def watched(page: Page) -> list[Download]:
    """Every file that the page saves from now on."""
    downloads: list[Download] = []
    page.on("download", lambda download: downloads.append(download))
    return downloads


@on_each_size
def test_a_curve_that_is_drawn_sets_the_numbers(page: Page) -> None:
    draw(page, "throughput", {1: 0.25, 2: 0.5, 4: 0.75, 8: 0.75})

    guess = saved(page)

    top = HEADROOM * 10
    assert guess.throughput == pytest.approx({1: top / 4, 2: top / 2, 4: 3 * top / 4, 8: 3 * top / 4}, rel=0.06)
    assert page.get_by_label("2 workers [pictures/s]").input_value() == f"{guess.throughput[2]:g}"


@on_each_size
def test_what_is_drawn_above_the_scale_of_times_grows_without_limit(page: Page) -> None:
    draw(page, "ready_s", {1: 0.95, 2: 0.3})

    guess = saved(page)

    assert guess.ready_s[1] == math.inf
    assert 0.1 < guess.ready_s[2] < 100


def test_a_finger_draws_as_well(lesson: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, offline=True)
    page = context.new_page()
    page.goto((lesson / "predict.html").as_uri())

    page.touchscreen.tap(*point(page, "throughput", 4, 0.5))

    assert float(page.get_by_label("4 workers [pictures/s]").input_value()) == pytest.approx(HEADROOM * 5, rel=0.06)
    context.close()


def test_a_number_is_a_point_of_the_curve_and_can_be_changed_with_the_keys(page: Page) -> None:
    number = page.get_by_label("1 worker [pictures/s]")
    number.fill("4")
    number.press("Backspace")
    number.press("5")

    assert page.locator("svg#throughput .guess").count() == 1
    assert saved(page).throughput == {1: 5}


def test_a_number_and_that_it_grows_exclude_each_other(page: Page) -> None:
    page.locator("#ready_s-1-grows").check()
    page.get_by_label("1 worker [s]").fill("30")

    assert not page.locator("#ready_s-1-grows").is_checked()
    assert saved(page).ready_s == {1: 30}


@pytest.mark.parametrize(("number", "told"), [("", "No predictions yet"), ("-3", "Not a number from 0")])
def test_what_is_no_prediction_is_not_saved_but_explained(page: Page, number: str, told: str) -> None:
    page.get_by_label("1 worker [pictures/s]").fill(number)
    page.get_by_role("button", name="Save predictions.json").click()

    assert told in page.get_by_role("status").inner_text()
    assert page.get_by_label("The same as one line").input_value() == ""


def test_what_was_drawn_lies_over_the_measurement_afterwards(page: Page, tmp_path: Path) -> None:
    draw(page, "throughput", {1: 0.25, 8: 0.5})
    line = json.loads(page.get_by_label("The same as one line").input_value())
    folder = sealed(write_experiment(tmp_path / "demo", both_modes()), line)

    ax = drawn_charts(grouped(folder)[0])["throughput"].axes[0]

    (drawn,) = [each for each in ax.lines if each.get_color() == GUESS]
    assert list(drawn.get_ydata()) == list(saved(page).throughput.values())


@on_each_size
def test_it_fits_and_axe_finds_nothing_serious(page: Page) -> None:
    draw(page, "throughput", {1: 0.25, 8: 0.5})

    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
