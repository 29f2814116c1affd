"""The replay in a real browser: it plays what was recorded, and obeys whoever watches it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from synthetic_experiment import Made, write_experiment

from analysis.__main__ import main
from analysis.data.reader import read_experiment
from analysis.validity.ledger import ledger
from benchmarks.replay import FLOOR_PER_S, frames_per_s
from tests.app_under_test.running_app import wait_for
from tests.pages import opened

#: 10 uploads/s for 15 s, of which every tenth fails; 2 workers cannot keep up.
WATCHED = [Made(mode=mode, workers=2, measure_s=15.0, warmup_s=0.5, fails_every=10) for mode in ("sync", "queue")]
EXAMPLE = Path(__file__).parents[3] / "results" / "example"
#: How many stamps of the queue's trial lie before a time.
STAMPS = """(t) => {
    const data = JSON.parse(document.querySelector('.replay script').textContent);
    const trial = data.trials.find(({ mode }) => mode === 'queue');
    const after = ['sent', 'received', 'enqueued', 'started', 'finished', 'gone', 'answered'];
    return trial.due.filter((due) => due <= t).length
        + after.flatMap((name) => trial[name].filter((ms, n) => ms !== null && trial.due[n] + ms <= t)).length;
}"""
AT = "t => { const scrub = document.querySelector('[data-part=scrub]'); scrub.value = t;"
AT += " scrub.dispatchEvent(new Event('input')); }"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_experiment(tmp_path_factory.mktemp("replay") / "demo", WATCHED)
    assert main([str(folder), "--no-charts"]) == 0
    return folder / "report.html"


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The replay of the queue's trial, paused at its beginning, in sight."""
    with opened(browser, report) as shown:
        _part(shown.page, "trial").select_option(label="queue, 2 workers (overloaded)")
        _part(shown.page, "stage").scroll_into_view_if_needed()
        yield shown.page
        assert shown.problems == []


def test_it_says_that_it_is_a_replay_and_waits_for_somebody_to_play_it(page: Page) -> None:
    expect(page.get_by_text("REPLAY", exact=True)).to_be_visible()
    assert _now(page) == 0


def test_it_plays_at_the_chosen_speed_and_pauses(page: Page) -> None:
    _part(page, "speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    _plays_past(page, 1000)
    page.get_by_role("button", name="Pause").click()
    paused_at = _now(page)

    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert _now(page) == paused_at
    expect(page.get_by_role("status")).to_contain_text("Paused at")


def test_half_the_speed_takes_twice_the_time(page: Page) -> None:
    played = {speed: _played_ms(page, speed) for speed in ("0.5", "2")}

    assert 3 < played["2"] / played["0.5"] < 5


def test_the_counts_are_those_of_the_recorded_trial(page: Page) -> None:
    page.evaluate(AT, 5000)

    counts = page.evaluate("""() => {
        const data = JSON.parse(document.querySelector('.replay script').textContent);
        const trial = data.trials.find(({ mode }) => mode === 'queue');
        const isPast = (name) => (due, n) => trial[name][n] !== null && due + trial[name][n] <= 5000;
        const by = (name) => trial.due.filter(isPast(name)).length;
        const due = trial.due.filter((at) => at <= 5000).length;
        return { due, answered: by('answered'), ready: by('finished'), gone: by('gone') };
    }""")
    assert counts["answered"] > counts["ready"] > 0
    assert counts["gone"] > 0
    expect(_part(page, "answered")).to_have_text(f"{counts['answered']} uploads")
    expect(_part(page, "ready")).to_have_text(f"{counts['ready']} pictures")
    expect(_part(page, "bad")).to_have_text(f"{counts['gone']} uploads")
    waiting = counts["due"] - counts["ready"] - counts["gone"]
    expect(_part(page, "waiting")).to_have_text(f"{waiting} uploads")


def test_space_plays_and_pauses_and_the_arrow_keys_go_from_event_to_event(page: Page) -> None:
    _part(page, "stage").focus()
    page.keyboard.press("ArrowRight")
    first = _now(page)
    expect(page.get_by_role("status")).to_contain_text("#1 due")
    page.keyboard.press("ArrowRight")
    assert _now(page) > first
    page.keyboard.press("ArrowLeft")
    assert _now(page) == first

    page.keyboard.press(" ")
    expect(page.locator(".replay")).to_have_attribute("data-state", "playing")
    page.keyboard.press(" ")
    expect(page.locator(".replay")).to_have_attribute("data-state", "paused")


def test_no_event_is_passed_over_where_several_share_a_millisecond(page: Page) -> None:
    _part(page, "stage").focus()
    told: list[str] = []
    while _now(page) < 2000:
        page.keyboard.press("ArrowRight")
        told.append(page.get_by_role("status").inner_text())
    last = _now(page)

    recorded = page.evaluate(STAMPS, last)
    assert len(told) < recorded
    assert sum(words.count("#") for words in told) == recorded


def test_a_picture_chosen_from_the_list_is_followed_through_its_stations(page: Page) -> None:
    _part(page, "list").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")

    expect(_part(page, "followed-title")).to_have_text("Picture #2")
    steps = _part(page, "steps").get_by_role("listitem").all_inner_texts()
    assert [re.sub(r" (at|\+).*", "", step) for step in steps] == [
        *("due", "sent", "received by Django", "put into the queue"),
        *("worker 2 starts", "answered 202", "ready, and stored externally"),
    ]
    for _ in steps:
        page.get_by_role("button", name="Next event of #2").click()
    expect(_part(page, "steps").locator("[aria-current]")).to_have_text(re.compile("ready, and stored externally"))
    page.get_by_role("button", name="Stop following").click()
    expect(_part(page, "followed")).to_be_hidden()


def test_a_picture_that_is_clicked_is_followed(page: Page) -> None:
    page.evaluate(AT, 8000)
    box = _part(page, "canvas").bounding_box()
    assert box is not None
    queue = page.evaluate("""() => {
        const canvas = document.querySelector('[data-part=canvas]');
        const scale = canvas.width / canvas.clientWidth;
        const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const blue = (n) => data[n] === 0 && data[n + 1] === 114 && data[n + 2] === 178;
        for (let n = 0; n < data.length; n += 4) {
            const x = (n / 4) % width;
            if (blue(n) && x > width / 2) return { x: x / scale, y: Math.floor(n / 4 / width) / scale };
        }
    }""")

    page.mouse.click(box["x"] + queue["x"], box["y"] + queue["y"] + 4)

    expect(_part(page, "followed")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Following picture #")


def test_a_refused_upload_says_so_with_its_reason(page: Page) -> None:
    _part(page, "trial").select_option(label="sync, 2 workers (overloaded)")
    _part(page, "list").select_option(index=10)

    expect(_part(page, "story")).to_contain_text("It was refused: unreadable_image.")
    expect(_part(page, "steps")).to_contain_text("web process")


def test_a_followed_picture_is_followed_in_the_other_mode_too(browser: Browser, tmp_path: Path) -> None:
    """In the committed example, whose modes were sent the same uploads."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "example"))
    assert main([str(folder), "--no-charts"]) == 0
    with opened(browser, folder / "report.html") as shown:
        _part(shown.page, "trial").select_option(label="sync, 2 workers (overloaded)")
        _part(shown.page, "list").select_option(index=60)
        expect(_part(shown.page, "steps")).to_contain_text("answered 201")

        _part(shown.page, "trial").select_option(label="queue, 2 workers (overloaded)")

        expect(_part(shown.page, "followed-title")).to_have_text("Picture #61")
        expect(_part(shown.page, "steps")).to_contain_text("answered 202")


def test_at_its_end_as_many_are_ready_as_the_ledger_has_completed(browser: Browser, tmp_path: Path) -> None:
    """In the committed example, where pictures were still finished after the load."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "example"))
    assert main([str(folder), "--no-charts"]) == 0
    completed = {each.name: ledger(each).completed for each in read_experiment(folder).trials}
    with opened(browser, folder / "report.html") as shown:
        for label, name in [("sync, 4 workers", "sync-w4-r1"), ("queue, 8 workers", "queue-w8-r1")]:
            _part(shown.page, "trial").select_option(label=label)
            shown.page.evaluate(AT, 1e6)
            expect(_part(shown.page, "ready")).to_have_text(f"{completed[name]} pictures")
            expect(_part(shown.page, "waiting")).to_have_text("0 uploads")
            expect(_part(shown.page, "time")).to_contain_text("after the load")


def test_it_stands_still_while_it_is_out_of_sight(page: Page) -> None:
    page.get_by_role("button", name="Play").click()
    _plays_past(page, 100)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    unseen_at = _now(page)
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    assert _now(page) == unseen_at

    _part(page, "stage").scroll_into_view_if_needed()
    _plays_past(page, unseen_at)


def test_zooming_in_makes_the_scrubber_span_three_seconds(page: Page) -> None:
    page.evaluate(AT, 8000)
    page.get_by_role("button", name="Zoom in on 3 s").click()

    scrub = _part(page, "scrub")
    assert float(scrub.get_attribute("max") or 0) - float(scrub.get_attribute("min") or 0) == 3000
    assert _now(page) == 8000


@pytest.mark.parametrize("zoomed", [False, True])
def test_the_curve_says_how_many_wait_where_it_is_highest(page: Page, zoomed: bool) -> None:
    page.evaluate(AT, 8000)
    if zoomed:
        page.get_by_role("button", name="Zoom in on 3 s").click()
    scrub = _part(page, "scrub")
    span = [float(scrub.get_attribute(edge) or 0) for edge in ("min", "max")]

    most = page.evaluate(
        """([from, until]) => {
        const data = JSON.parse(document.querySelector('.replay script').textContent);
        const trial = data.trials.find(({ mode }) => mode === 'queue');
        const left = (n) => trial.due[n] + (trial.finished[n] ?? trial.gone[n] ?? Infinity);
        const waiting = (t) => trial.due.filter((due, n) => due <= t && left(n) > t).length;
        return Math.max(...Array.from({ length: until - from + 1 }, (_, n) => waiting(from + n)));
    }""",
        span,
    )
    assert most > 5
    expect(_part(page, "most")).to_have_text(f"At most {most} uploads.")


def test_who_wants_less_motion_sees_still_pictures_one_after_the_other(browser: Browser, report: Path) -> None:
    with opened(browser, report, reduced_motion="reduce") as shown:
        assert shown.page.locator(".replay").get_attribute("data-state") == "paused"
        shown.page.evaluate("""() => {
            window.seen = new Set();
            new MutationObserver(() => seen.add(document.querySelector('.replay').dataset.t))
                .observe(document.querySelector('.replay'), { attributes: true });
        }""")
        shown.page.get_by_role("button", name="Play").click()
        _plays_past(shown.page, 1500)
        assert shown.page.evaluate("seen.size") <= 3


@pytest.mark.quiet
def test_it_shows_thirty_frames_a_second_or_more(page: Page) -> None:
    """Twice as many are usual, so that a busy machine does not fail; `make bench-replay` prints all of a report."""
    assert frames_per_s(page, "1") >= FLOOR_PER_S


def _part(page: Page, name: str) -> Locator:
    return page.locator(f"[data-part={name}]")


def _now(page: Page) -> int:
    return int(page.locator(".replay").get_attribute("data-t") or 0)


def _plays_past(page: Page, t: int) -> None:
    """Waits until the replay has come to this time [ms]."""
    wait_for(lambda: _now(page) > t)


def _played_ms(page: Page, speed: str) -> float:
    """How much of the trial one second of playing shows."""
    _part(page, "speed").select_option(speed)
    page.evaluate(AT, 0)
    return page.evaluate("""async () => {
        const root = document.querySelector('.replay');
        root.querySelector('[data-part=play]').click();
        const began = performance.now();
        while (performance.now() - began < 1000) await new Promise(requestAnimationFrame);
        root.querySelector('[data-part=play]').click();
        return Number(root.dataset.t);
    }""")
