"""The slides in a real browser, from the disk, with no network."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from diagram_text import diagram_text_px
from playwright.sync_api import Browser, Locator, Page

from tests.pages import offline, opened, pages_of, serious_findings

# Every element with words of its own on the slide that is shown: words, size, and how far it sticks out.
MEASURE = """() => {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect();
  const shown = (each) => each.offsetParent !== null && getComputedStyle(each).visibility === "visible"
    && !each.closest(".notes");
  return [...slide.querySelectorAll("*"), ...document.querySelectorAll(".slide-number, .slide-number *")]
    .filter((each) => shown(each) && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => {
      const box = each.getBoundingClientRect();
      const { left, top, right, bottom } = frame;
      const out = Math.max(box.right - right, box.bottom - bottom, left - box.left, top - box.top);
      return { words: each.textContent, px: parseFloat(getComputedStyle(each).fontSize), out };
    });
}"""
SMALLEST_PX = 24


@pytest.fixture(scope="module")
def page(lesson: Path, browser: Browser) -> Iterator[Page]:
    with offline(browser, lesson / "slides.html", 1280, 720) as opened:
        yield opened


@pytest.fixture
def start(page: Page) -> Page:
    page.evaluate("Reveal.slide(0, 0, -1)")
    return page


def states(page: Page) -> Iterator[str]:
    """Every slide with everything that is revealed on it, one after the other; gives the slide's name."""
    while True:
        yield str(page.evaluate("Reveal.getCurrentSlide().id"))
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            return
        page.keyboard.press("ArrowRight")


def test_no_text_is_too_small_for_the_last_row_and_none_sticks_out(start: Page) -> None:
    for name in states(start):
        for text in start.evaluate(MEASURE):
            assert text["px"] >= SMALLEST_PX, (name, text)
            assert text["out"] <= 1, (name, text)


def test_the_words_of_the_diagram_are_large_enough_too(start: Page) -> None:
    start.evaluate("Reveal.slide(Reveal.getSlides().findIndex((each) => each.id === 'diagram'))")
    sizes = diagram_text_px(start)

    assert len(sizes) > 15
    assert min(sizes) >= SMALLEST_PX


def test_the_diagram_ends_below_its_title_and_above_the_page_number(start: Page) -> None:
    start.evaluate("Reveal.slide(Reveal.getSlides().findIndex((each) => each.id === 'diagram'))")
    title, drawing, number = (
        start.locator(place).bounding_box() for place in ("#diagram h2", "#diagram img", ".slide-number")
    )

    assert title["y"] + title["height"] <= drawing["y"]
    assert drawing["y"] + drawing["height"] <= number["y"]


def test_the_page_number_hides_neither_arrows_nor_words(start: Page) -> None:
    covered = """() => {
      const number = document.querySelector(".slide-number").getBoundingClientRect();
      const places = ".controls-arrow, .present h2, .present p, .present li, .present pre, .present td";
      return [...document.querySelectorAll(places)]
        .filter((each) => each.offsetParent !== null && !each.closest(".notes"))
        .filter((each) => {
          const box = each.getBoundingClientRect();
          return box.left < number.right && number.left < box.right && box.top < number.bottom
            && number.top < box.bottom;
        })
        .map((each) => each.outerHTML);
    }"""
    arrows = start.locator(".controls-arrow").count()

    assert arrows > 0
    for name in states(start):
        assert start.evaluate(covered) == [], name


def test_every_chart_fills_its_slide(start: Page) -> None:
    shown = "all => all.map((each) => [each.offsetWidth, each.offsetHeight])"
    sizes = [start.locator(f"#{name} .chart.visible").evaluate_all(shown) for name in states(start)]

    assert [size for each in sizes for size in each] == [[1280, 720]] * 7


def test_the_arrow_key_reveals_the_answer_after_the_question_and_what_is_expected(start: Page) -> None:
    start.evaluate("Reveal.slide(Reveal.getSlides().findIndex((each) => each.id === 'throughput'))")
    slide = start.locator("#throughput")
    seen = []
    for _ in range(3):
        seen.append([slide.locator(".expected.visible").count(), slide.locator(".chart.visible").count()])
        start.keyboard.press("ArrowRight")

    assert seen[0] == [0, 0]
    assert [0, 1] in seen


def test_the_slides_tell_the_lesson_in_its_order_and_end_after_45_minutes(start: Page) -> None:
    names = list(dict.fromkeys(states(start)))

    before = ["objectives", "diagram", "problem", "predict", "sync", "response", "throughput"]
    order = [*before, "guessed", "break", "worth"]
    assert [name for name in names if name in order] == order
    assert names[-1] == "quiz"
    assert "Minutes 42 to 45." in start.locator("#quiz .notes").text_content()


def test_the_number_on_a_slide_is_the_one_in_the_notes(start: Page, lesson: Path) -> None:
    """Asked of the row in which each of some slides belongs."""
    notes = re.sub(r"<[^>]+>", "", (lesson / "notes.html").read_text())
    for name, words in (("sync", "8&nbsp;–&nbsp;14"), ("guessed", "20&nbsp;–&nbsp;28"), ("break", "28&nbsp;–&nbsp;34")):
        start.evaluate(f"Reveal.slide(Reveal.getSlides().findIndex((each) => each.id === '{name}'))")
        number = start.locator(".slide-number-a").inner_text()
        row = notes.partition(words.replace("&nbsp;", "\N{NO-BREAK SPACE}"))[2].split("\n")[2]
        assert re.search(rf"\b{number}\b", row), (name, row)


def test_every_slide_has_notes_with_its_minutes_and_what_its_keys_reveal(start: Page) -> None:
    assert "The arrow key reveals what is expected, then the chart." in start.locator("#backlog .notes").text_content()
    notes = [start.locator(f"#{name} .notes").text_content() for name in dict.fromkeys(states(start))]

    assert all("Minutes" in words and "`" not in words for words in notes)


def test_every_picture_says_in_words_what_it_shows(start: Page) -> None:
    words = start.locator("section img").evaluate_all("all => all.map((each) => each.alt)")

    assert any("pictures/s" in each for each in words)
    assert all(len(each) > 30 for each in words)


def test_axe_finds_nothing_serious(start: Page) -> None:
    for name in states(start):
        if name in ("objectives", "throughput", "break", "django"):
            assert serious_findings(start) == [], name


def test_they_print_with_every_step_on_a_page_of_its_own(lesson: Path, browser: Browser) -> None:
    with offline(browser, lesson / "slides.html", 1280, 720, "?print-pdf") as printed:
        printed.wait_for_selector(".pdf-page")
        inset = printed.locator(".pdf-page h2").first.evaluate("each => each.getBoundingClientRect().left")
        steps = printed.locator(".pdf-page").count()
        pdf = printed.pdf(prefer_css_page_size=True, print_background=True)

    assert inset > 40
    assert steps > 25
    assert pages_of(pdf) == steps


def test_without_scripts_every_slide_stands_below_the_one_before_it_with_all_that_it_reveals(
    lesson: Path, browser: Browser
) -> None:
    with opened(browser, lesson / "slides.html", java_script_enabled=False) as shown:
        slides = shown.page.locator("main section").all()
        boxes = [slide.bounding_box() for slide in slides]
        revealed = shown.page.locator("main .fragment").all()

        assert all(one["y"] + one["height"] <= other["y"] for one, other in pairwise(boxes))
        assert all(slide.locator("h2").first.is_visible() for slide in slides)
        assert len(revealed) > 6
        assert all(each.is_visible() and _inside(each, slides) for each in revealed)
        assert shown.page.locator("noscript .unscripted").is_visible()
        assert not shown.page.get_by_text("Minutes 0 to").is_visible()


def _inside(each: Locator, slides: Sequence[Locator]) -> bool:
    """Whether it stands within one of the slides, and so covers no other."""
    box = each.bounding_box()
    frames = [slide.bounding_box() for slide in slides]
    return any(frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"] for frame in frames)


def test_the_speaker_sees_the_slides_and_the_notes_in_a_window_of_its_own(lesson: Path, browser: Browser) -> None:
    with offline(browser, lesson / "slides.html", 1280, 720) as shown:
        with shown.expect_popup() as window:
            shown.keyboard.press("s")
        speaker = window.value

        speaker.frame_locator("#current-slide iframe").locator(".reveal.ready").wait_for()
        speaker.get_by_text("Minutes 0 to").first.wait_for()


def test_the_policy_lets_no_request_out(lesson: Path, browser: Browser) -> None:
    with opened(browser, lesson / "slides.html") as shown:
        shown.page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/x.png' }))")
        shown.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")

        refused = " ".join(words for words in shown.problems if "Content Security Policy" in words)
        assert "image 'http://127.0.0.1:9/x.png'" in refused and "connect-src" in refused
