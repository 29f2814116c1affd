"""The report in a real browser without a network, on a projector and on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from shown_report import enlarged

from tests.pages import SIZES, intrude, opened, serious_findings

LARGEST_BYTES = 5_000_000


@pytest.fixture
def report(report_with_every_box: Path) -> Path:
    return report_with_every_box


@pytest.mark.parametrize("size", SIZES)
def test_it_needs_nothing_but_itself_and_has_nothing_to_complain_of(report: Path, browser: Browser, size: str) -> None:
    with opened(browser, report, size) as shown:
        assert shown.asked == [report.as_uri()]
        assert shown.problems == []
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        charts = shown.page.locator("svg[role=img]")
        assert charts.count() == len(list((report.parent / "charts").glob("*.svg")))
        assert charts.first.bounding_box()["height"] > 0.45 * min(SIZES[size][0], 700)


def test_the_narrowest_phone_need_not_scroll_sideways(report: Path, browser: Browser) -> None:
    with opened(browser, report, (320, 640)) as shown:
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious(report: Path, browser: Browser, size: str) -> None:
    with opened(browser, report, size) as shown:
        shown.page.locator("[data-part=list]").select_option(index=3)
        shown.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

        assert serious_findings(shown.page) == []


def test_axe_would_find_something_serious(report: Path, browser: Browser) -> None:
    """So that an empty list of findings means something."""
    with opened(browser, report) as shown:
        shown.page.evaluate("document.querySelector('[data-part=scrub]').removeAttribute('aria-label')")

        assert any(finding.startswith("label:") for finding in serious_findings(shown.page))


def test_it_is_small_enough_to_mail(report: Path) -> None:
    assert report.stat().st_size < LARGEST_BYTES


def test_the_policy_lets_no_request_out_and_no_foreign_script_in(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        intrude(shown.page)

        assert shown.page.evaluate("window.foreign") is None
        assert len([words for words in shown.problems if "Content Security Policy" in words]) == 2


def test_headings_follow_each_other_without_a_gap(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        levels = shown.page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map((each) => Number(each.tagName[1]))"
        )

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in zip(levels, levels[1:], strict=False))


def test_the_first_tab_stop_skips_to_the_answer_and_the_contents_lead_to_every_part(
    report: Path, browser: Browser
) -> None:
    with opened(browser, report) as shown:
        shown.page.keyboard.press("Tab")
        expect(shown.page.locator(":focus")).to_have_text("Skip to the result")
        shown.page.keyboard.press("Enter")
        assert shown.page.evaluate("document.activeElement.id") == "answer"

        links = shown.page.get_by_role("navigation").get_by_role("link")
        expect(links).to_have_count(shown.page.locator("h2").count())
        links.filter(has_text="Charts").click()
        expect(shown.page.get_by_role("heading", name="Charts")).to_be_in_viewport()


def test_without_a_script_it_leads_to_every_part_and_shows_no_control(report: Path, browser: Browser) -> None:
    with opened(browser, report, java_script_enabled=False) as shown:
        links = shown.page.get_by_role("navigation").get_by_role("link")
        expect(links).to_have_count(shown.page.locator("h2").count())
        expect(links.filter(has_text="Ledger")).to_have_attribute("href", "#part-ledger")
        expect(shown.page.locator("h2#part-ledger")).to_have_text("Ledger")

        expect(shown.page.locator(".replay")).to_have_text(re.compile("needs JavaScript"), use_inner_text=True)
        expect(shown.page.locator("button:visible, select:visible, input:visible")).to_have_count(0)
        expect(shown.page.locator("figure#throughput svg[role=img]")).to_be_visible()


def test_with_a_script_the_replay_asks_for_none(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        expect(shown.page.get_by_text("The replay needs JavaScript")).to_be_hidden()
        expect(shown.page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_caption_repeats_the_title_only_where_the_drawing_is_too_small_to_read(
    report: Path, browser: Browser, size: str
) -> None:
    with opened(browser, report, size) as shown:
        sentence = shown.page.locator("figure#throughput figcaption > span")
        expect(sentence).to_be_visible(visible=size == "phone")


def test_a_mode_can_be_hidden(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        chart = shown.page.locator("figure#throughput")
        chart.get_by_role("button", name="Show sync").click()

        visible = "all => [...new Set(all.map((each) => getComputedStyle(each).visibility))]"
        assert chart.locator("svg .mode-sync").evaluate_all(visible) == ["hidden"]
        assert chart.locator("svg .mode-queue").evaluate_all(visible) == ["visible"]
        assert shown.page.locator("figure#response_time svg .mode-sync").evaluate_all(visible) == ["visible"]


def test_the_tab_key_finds_a_value_whatever_is_hidden(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        chart = shown.page.locator("figure#throughput")
        stop = chart.locator(".point[tabindex='0']")
        for hidden, found in [("sync", "queue"), (None, "sync"), ("queue", "sync")]:
            for mode in ("sync", "queue"):
                button = chart.get_by_role("button", name=f"Show {mode}")
                if (button.get_attribute("aria-pressed") == "false") != (mode == hidden):
                    button.click()

            expect(stop).to_have_count(1)
            expect(stop).to_have_class(re.compile(f"mode-{found}"))
            chart.get_by_role("button", name="Enlarge").focus()
            shown.page.keyboard.press("Tab")
            shown.page.keyboard.press("Tab")
            expect(chart.locator(".point:focus")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES)
def test_tapping_a_chart_is_told_of_only_where_it_opens_one(report: Path, browser: Browser, size: str) -> None:
    for script in (True, False):
        with opened(browser, report, size, java_script_enabled=script) as shown:
            expect(shown.page.get_by_text("Tap a chart")).to_be_visible(visible=script and size == "phone")
            expect(shown.page.get_by_text("Tables scroll sideways")).to_be_visible(visible=size == "phone")


@pytest.mark.parametrize("size", SIZES)
def test_a_value_is_told_to_the_mouse_and_to_the_keyboard(report: Path, browser: Browser, size: str) -> None:
    with opened(browser, report, size) as shown:
        chart = enlarged(shown.page, "throughput") if size == "phone" else shown.page.locator("figure#throughput")
        first, words = chart.locator(".point").first, chart.locator(".point-words")
        first.hover()
        expect(words).to_have_text(first.get_attribute("aria-label") or "?")
        box = words.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SIZES[size][0]

        first.focus()
        shown.page.keyboard.press("ArrowRight")
        expect(words).to_have_text(chart.locator(".point").nth(1).get_attribute("aria-label") or "?")
        if size != "phone":
            shown.page.keyboard.press("Escape")
            expect(words).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_an_enlarged_chart_is_seen_whole_as_large_as_the_window_allows(
    report: Path, browser: Browser, size: str
) -> None:
    with opened(browser, report, size) as shown:
        dialog = enlarged(shown.page, "backlog")
        zoom = dialog.get_by_role("button", name="Zoom in")
        if zoom.get_attribute("aria-pressed") == "true":
            zoom.click()

        box = dialog.get_by_role("img").bounding_box()
        assert box is not None
        width, height = SIZES[size]
        assert box["x"] >= 0 and box["y"] >= 0
        assert box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
        assert box["width"] > 0.9 * width or box["height"] > 0.85 * height
        assert serious_findings(shown.page) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_chart_zoomed_in_on_is_twice_as_large_and_scrolls(report: Path, browser: Browser, size: str) -> None:
    with opened(browser, report, size) as shown:
        dialog = enlarged(shown.page, "backlog")
        zoom, width = dialog.get_by_role("button", name="Zoom in"), "each => each.getBoundingClientRect().width"
        widths = {}
        for _ in range(2):
            widths[zoom.get_attribute("aria-pressed")] = dialog.locator(".drawing").evaluate(width)
            zoom.click()

        assert widths["true"] >= 2 * widths["false"]
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


def test_escape_closes_an_enlarged_chart_and_the_focus_goes_back_to_its_button(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        opener = shown.page.locator("figure#backlog").get_by_role("button", name="Enlarge")
        for close in ("Escape", "Enter"):
            opener.press("Enter")
            dialog = shown.page.get_by_role("dialog", name="backlog, enlarged")
            expect(dialog).to_be_visible()
            dialog.get_by_role("button", name="Close").press(close)

            expect(dialog).to_have_count(0)
            expect(opener).to_be_focused()
            expect(shown.page.locator("figure#backlog svg[role=img]")).to_be_visible()


def test_on_a_phone_a_chart_is_seen_whole_and_opens_when_it_is_tapped(report: Path, browser: Browser) -> None:
    with opened(browser, report, "phone", has_touch=True) as shown:
        chart = shown.page.locator("figure#backlog")
        frame = chart.locator(".wide").first
        assert frame.evaluate("each => each.scrollWidth <= each.clientWidth")

        chart.locator("svg[role=img]").tap()
        dialog = shown.page.get_by_role("dialog")
        expect(dialog.get_by_role("img")).to_be_visible()
        assert dialog.locator(".wide").evaluate("each => each.scrollWidth > 1.5 * each.clientWidth")


@pytest.mark.parametrize("size", SIZES)
def test_what_is_to_be_touched_in_a_chart_is_large_enough(report: Path, browser: Browser, size: str) -> None:
    with opened(browser, report, size) as shown:
        points = enlarged(shown.page, "throughput").locator(".point")
        assert points.count() > 0
        assert (
            points.evaluate_all("all => Math.min(...all.flatMap((each) => [each.offsetWidth, each.offsetHeight]))")
            >= 24
        )


def test_the_mark_on_a_value_has_the_form_of_its_marker(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        form = "each => getComputedStyle(each).borderRadius"
        forms = {mode: shown.page.locator(f".point.mode-{mode}").first.evaluate(form) for mode in ("sync", "queue")}

    assert forms == {"sync": "0px", "queue": "50%"}
