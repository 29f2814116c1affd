"""Commands and code in the lesson's texts, as they are read from a screen or from paper and typed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from analysis.lesson.content.material import SOURCES
from analysis.lesson.content.page import TEXTS
from tests.pages import offline

#: Words of code that stand on more than one line; a longer one has no room on a phone.
BROKEN = """() => [...document.querySelectorAll("code")].flatMap((code) => [...code.textContent.matchAll(/\\S+/g)]
    .filter((word) => word[0].length <= 30 || innerWidth > 500).filter((word) => {
        const [range, all] = [document.createRange(), document.createTreeWalker(code, NodeFilter.SHOW_TEXT)];
        let before = 0;
        while (before + all.nextNode().length <= word.index) before += all.currentNode.length;
        range.setStart(all.currentNode, word.index - before);
        let end = word.index + word[0].length;
        while (before + all.currentNode.length < end) { before += all.currentNode.length; all.nextNode(); }
        range.setEnd(all.currentNode, end - before);
        return new Set([...range.getClientRects()].map((each) => each.top)).size > 1;
    }).map((word) => word[0]))"""


@pytest.mark.parametrize("name", [*TEXTS, "quiz"])
@pytest.mark.parametrize(("width", "media"), [(390, "screen"), (1280, "screen"), (673, "print")])
def test_no_word_of_a_command_is_broken(sheets: Path, browser: Browser, name: str, width: int, media: str) -> None:
    with offline(browser, sheets / f"{name}.html", width, 800) as page:
        page.emulate_media(media="print" if media == "print" else "screen")
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")

        assert page.evaluate(BROKEN) == []
        if media == "print":
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_command_is_copied_as_it_was_written(sheets: Path, browser: Browser) -> None:
    blocks = re.findall(r"^```\w+.*\n([\s\S]*?)^```$", (SOURCES / "django.md").read_text(), re.MULTILINE)
    with offline(browser, sheets / "django.html", 390, 844) as page:
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")

        assert [text.rstrip() for text in page.locator("pre").all_inner_texts()] == [text.rstrip() for text in blocks]


def test_on_a_phone_a_block_of_code_scrolls_by_keyboard_too(sheets: Path, browser: Browser) -> None:
    with offline(browser, sheets / "django.html", 390, 844) as page:
        block = page.locator("pre").filter(has_text="DJANGO_SETTINGS_MODULE").first
        block.focus()
        page.keyboard.press("ArrowRight")

        # The page's policy forbids what wait_for_function does.
        for _ in range(50):
            page.wait_for_timeout(100)
            if moved := block.evaluate("block => block.scrollLeft"):
                break
        assert moved > 0


def test_the_minutes_stand_on_one_line_and_no_row_is_torn_apart_on_paper(sheets: Path, browser: Browser) -> None:
    with offline(browser, sheets / "notes.html", 673, 800) as page:
        page.emulate_media(media="print")
        rows = page.locator("table:has(th:text-is('min')) tbody tr")
        lines = (
            "cell => { const r = document.createRange(); r.selectNodeContents(cell); return r.getClientRects().length }"
        )

        assert [row.locator("td").first.evaluate(lines) for row in rows.all()] == [1] * rows.count()
        assert {row.evaluate("row => getComputedStyle(row).breakInside") for row in rows.all()} == {"avoid"}
