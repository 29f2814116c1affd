"""Pictures of every page and chart of an experiment, as a projector and a phone show them.

python -m tests.screenshots results/demo --to /tmp/pictures --url http://127.0.0.1:8000
"""

import argparse
import base64
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from analysis.console import print_anything
from tests.chromium import chromium
from tests.pages import PAPER, SIZES

#: A page that is longer than this many screens is not looked at any further.
MOST_SCREENS = 60
#: Moments of a replay, as shares of its trial.
MOMENTS = (0.1, 0.5, 1.0)
SEEK = """share => {
    const scrub = document.querySelector('[data-part=scrub]');
    scrub.value = share * scrub.max;
    scrub.dispatchEvent(new Event('input'));
}"""


def photograph(browser: Browser, folder: Path, to: Path, urls: list[str]) -> Iterator[Path]:
    """Makes the pictures one by one and gives the path of each."""
    for size, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        for file in sorted(folder.rglob("*.html")):
            page.goto(file.resolve().as_uri())
            yield from _screens(page, to / size / file.stem)
            yield from _replay(page, to / size / f"{file.stem}-replay")
        for file in sorted(folder.glob("charts/*.svg")):
            yield _chart(page, file, to / size / f"chart-{file.stem}.png")
        for n, url in enumerate(urls):
            page.goto(url)
            yield from _screens(page, to / size / f"url-{n}")
        page.close()
    page = browser.new_page(viewport=PAPER)
    for file in sorted(folder.rglob("*.html")):
        page.goto(file.resolve().as_uri())
        yield _on_paper(page, to / "paper" / f"{file.stem}.png")
    page.close()


def _screens(page: Page, stem: Path) -> Iterator[Path]:
    """One picture a screen, from the top to the bottom."""
    height, whole = page.evaluate("[innerHeight, document.documentElement.scrollHeight]")
    for n in range(min(MOST_SCREENS, -(-whole // height))):
        page.evaluate("y => scrollTo(0, y)", n * height)
        yield _saved(page, stem.with_name(f"{stem.name}-{n + 1:02d}.png"))


def _replay(page: Page, stem: Path) -> Iterator[Path]:
    """Every trial that can be played, at a few moments, with one picture followed."""
    replay = page.locator(".replay")
    for n in range(page.locator("[data-part=trial] option").count()):
        page.locator("[data-part=trial]").select_option(index=n)
        for share in MOMENTS:
            page.evaluate(SEEK, share)
            page.locator("[data-part=list]").select_option(index=2)
            path = stem.with_name(f"{stem.name}-{n + 1}-{100 * share:.0f}.png")
            replay.screenshot(path=path)
            yield path


def _on_paper(page: Page, path: Path) -> Path:
    """The whole page as it is printed, tables open."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.screenshot(path=path, full_page=True)
    return path


def _chart(page: Page, drawing: Path, path: Path) -> Path:
    data = base64.b64encode(drawing.read_bytes()).decode()
    page.set_content(f'<body style="margin:0"><img style="width:100%" src="data:image/svg+xml;base64,{data}">')
    page.locator("img").screenshot(path=path)
    return path


def _saved(page: Page, path: Path) -> Path:
    page.screenshot(path=path)
    return path


def main(argv: list[str]) -> int:
    """Prints where the pictures are and how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--to", type=Path, help="where the pictures go; by default FOLDER/screenshots")
    parser.add_argument("--url", action="append", default=[], help="a page of a running app; may be given again")
    options = parser.parse_args(argv)
    to = options.to or options.folder / "screenshots"
    with chromium() as browser:
        made = list(photograph(browser, options.folder, to, options.url))
    print(f"{len(made)} pictures in {to}")
    return 0


if __name__ == "__main__":
    print_anything()
    sys.exit(main(sys.argv[1:]))
