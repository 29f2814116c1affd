"""A real browser for tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")

#: Without the later ones the browser talks to its maker in the background.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-domain-reliability",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it a test is skipped on a laptop and fails in CI."""
    if not CHROMIUM.exists():
        missing = f"There is no {CHROMIUM}: apt-get install chromium."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
