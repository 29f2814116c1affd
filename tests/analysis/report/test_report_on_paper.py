"""The report as a browser prints it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from shown_report import enlarged

from tests.pages import PAPER, opened, pages_of


@pytest.fixture
def report(report_with_every_box: Path) -> Path:
    return report_with_every_box


def test_on_paper_the_tables_are_open_and_nothing_is_there_to_be_clicked(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        _laid_out_on_paper(shown.page)
        expect(shown.page.get_by_role("button")).to_have_count(0)
        expect(shown.page.locator(".replay")).to_be_hidden()
        assert shown.page.locator("details:not([open]):has(table)").count() == 0
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]

        shown.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert shown.page.locator("details:not([open]):has(table)").count() > 0


def test_on_paper_a_chart_and_its_numbers_share_a_sheet_where_they_fit(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        _laid_out_on_paper(shown.page)
        sheet = PAPER["height"]
        for name in ("response_time", "throughput", "backlog", "cpu_cost"):
            figure = shown.page.locator(f"figure#{name}")
            assert figure.evaluate("each => each.getBoundingClientRect().height") <= sheet, name
            assert figure.evaluate("each => getComputedStyle(each).breakInside") == "avoid", name


def test_on_paper_all_numbers_are_lines_that_can_be_read(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        _laid_out_on_paper(shown.page)
        table = shown.page.get_by_role("region", name="Summary on paper").get_by_role("table")
        expect(table).to_be_visible()
        expect(shown.page.get_by_role("region", name="Summary", exact=True)).to_be_hidden()

        assert table.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") * 0.75 >= 7
        printed = table.get_by_role("row").filter(has=shown.page.get_by_text("ready time, median [s]", exact=True))
        on_screen = shown.page.locator(".on-screen table")
        headings = on_screen.locator("th").all_text_contents()
        column = headings.index("ready time, median [s]") + 1
        assert (
            printed.locator("td").all_inner_texts()[1:]
            == on_screen.locator(f"tr td:nth-child({column})").all_text_contents()
        )


def test_the_printed_report_has_hardly_more_sheets_than_charts(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        charts = shown.page.locator("figure.chart").count()
        printed = shown.page.pdf(prefer_css_page_size=True)

    assert pages_of(printed) <= charts + 10


def test_an_enlarged_chart_is_printed_in_its_place(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        closed = pages_of(shown.page.pdf(prefer_css_page_size=True))
        enlarged(shown.page, "backlog")
        in_place = "() => Boolean(document.querySelector('figure#backlog svg[role=img]'))"
        assert not shown.page.evaluate(in_place)

        assert shown.page.evaluate(f"dispatchEvent(new Event('beforeprint')) && ({in_place})()")
        expect(shown.page.get_by_role("dialog")).to_have_count(0)
        assert pages_of(shown.page.pdf(prefer_css_page_size=True)) == closed

        dialog = enlarged(shown.page, "backlog")
        expect(dialog.get_by_role("img")).to_be_visible()


def test_a_window_that_is_still_open_is_not_on_paper(report: Path, browser: Browser) -> None:
    with opened(browser, report) as shown:
        enlarged(shown.page, "backlog")
        shown.page.emulate_media(media="print")

        expect(shown.page.locator("dialog[open]")).to_be_hidden()


def _laid_out_on_paper(page: Page) -> None:
    """The page as print would lay it out on one endless sheet."""
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
