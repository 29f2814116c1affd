"""How many frames a second the replay of a trial shows in headless Chromium: python -m benchmarks.replay results/demo.

Plays each trial of a report for three seconds at each speed and counts the browser's frames in which the replay has
moved on. Exits 1 below 30 a second.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page

from analysis.console import print_anything
from tests.chromium import chromium

FLOOR_PER_S = 30
LENGTH_S = 3
SPEEDS = ("0.1", "1", "4")
COUNT = """async (length_s) => {
    const root = document.querySelector('.replay');
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    const scrub = part('scrub');
    scrub.value = scrub.max / 4;
    scrub.dispatchEvent(new Event('input'));
    part('stage').scrollIntoView();
    part('play').click();
    const began = performance.now();
    let [frames, before] = [0, null];
    while (performance.now() - began < 1000 * length_s) {
        await new Promise(requestAnimationFrame);
        const now = root.dataset.t;
        if (now !== before) frames += 1;
        before = now;
    }
    const taken = performance.now() - began;
    if (root.dataset.state === 'playing') part('play').click();
    return 1000 * frames / taken;
}"""


def frames_per_s(page: Page, speed: str) -> float:
    """Frames a second in which the picture changed, while the replay plays at this speed."""
    page.locator("[data-part=speed]").select_option(speed)
    return float(page.evaluate(COUNT, LENGTH_S))


def main(argv: list[str]) -> int:
    """0 if every trial shows enough frames at every speed."""
    slowest = float("inf")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto((Path(argv[0]) / "report.html").resolve().as_uri())
        for trial in page.locator("[data-part=trial] option").all_inner_texts():
            page.locator("[data-part=trial]").select_option(label=trial)
            found = {speed: frames_per_s(page, speed) for speed in SPEEDS}
            print(f"{trial}: {', '.join(f'{rate:.0f} frames/s at {speed} ×' for speed, rate in found.items())}")
            slowest = min(slowest, *found.values())
    return 0 if slowest >= FLOOR_PER_S else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main(sys.argv[1:]))
