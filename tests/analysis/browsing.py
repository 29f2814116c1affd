"""Pages in a real browser: what they ask for, what they complain of, and what axe finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page


@contextmanager
def offline(browser: Browser, path: Path, width: int, height: int, query: str = "") -> Iterator[Page]:
    """A page opened from the disk with the network off; it must ask for nothing and complain of nothing."""
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True, accept_downloads=True)
    page = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path.as_uri() + query)
    yield page
    assert [address for address in asked[1:] if not address.startswith(("data:", "blob:"))] == []
    assert problems == []
    context.close()


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']}" for each in found if each["impact"] in ("serious", "critical")]


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/") + pdf.count(b"/Type /Page ")
