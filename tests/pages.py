"""A page that is one file, opened in a real browser that has no network."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

SIZES = {"projector": (1280, 720), "phone": (390, 844)}
#: What is inside the margins of A4 in landscape, at 96 dots an inch.
PAPER: ViewportSize = {"width": 1047, "height": 718}
#: Width and height in portrait [points], as whole numbers.
A4 = (595, 842)
SERIOUS = ("serious", "critical")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page with what it asked for beyond itself and what it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Browser, file: Path, size: str | tuple[int, int] = "projector", query: str = "", **options: Any
) -> Iterator[Opened]:
    """The file in a fresh browser window of that size, offline."""
    width, height = SIZES[size] if isinstance(size, str) else size
    with browser.new_context(viewport={"width": width, "height": height}, offline=True, **options) as context:
        shown = Opened(page=context.new_page())
        shown.page.on("request", lambda request: shown.asked.append(request.url))
        shown.page.on("console", lambda message: shown.problems.append(message.text))
        shown.page.on("pageerror", lambda error: shown.problems.append(str(error)))
        shown.page.goto(file.as_uri() + query)
        yield shown


@contextmanager
def offline(browser: Browser, file: Path, width: int, height: int, query: str = "") -> Iterator[Page]:
    """The same for a page that asks for nothing and complains of nothing."""
    with opened(browser, file, (width, height), query, accept_downloads=True) as shown:
        yield shown.page
        assert [address for address in shown.asked[1:] if not address.startswith(("data:", "blob:"))] == []
        assert shown.problems == []


def intrude(page: Page) -> None:
    """Add a script and a picture from elsewhere, each of which a content policy should refuse."""
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.foreign = true';
        document.body.append(script, Object.assign(new Image(), { src: 'http://127.0.0.1:9/picture.png' }));
    }""")


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/") + pdf.count(b"/Type /Page ")


def sizes_of(pdf: bytes) -> set[tuple[int, int]]:
    """Which sizes the pages of a PDF have [points]."""
    found = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf)
    return {(round(float(width)), round(float(height))) for width, height in found}


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical: each rule with the elements that break it."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}"
        for each in violations
        if each["impact"] in SERIOUS
    ]
