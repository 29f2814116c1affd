"""The live part of the lesson, by its notes: both demos, with a picture that the teacher uploads meanwhile."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.analysis import analyse
from analysis.data.reader import read_experiment
from loadtests.stack.app_client import get_json
from loadtests.stack.process.ports import free_port
from loadtests.stack.stack_file import read_info
from tests.app_under_test.picture_files import jpeg
from tests.pages import opened
from tests.real_stack import ROOT, components_in, run, until
from tests.small_experiment import punctual

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

NOTES = (ROOT / "docs/lesson/notes.md").read_text()
MODES = ("sync", "queue")
BUTTONS = {"sync": "Send and wait", "queue": "Send to the queue"}
#: Shorter than the class's half minute, and more uploads a second than one worker can do.
LENGTH, USERS = "8s", 6
#: So many pictures are there when the teacher sends one, too.
SENT_BEFORE = 12


def noted(pattern: str) -> str:
    """A command as the notes have it."""
    (found,) = re.findall(rf"`({pattern})`", NOTES)
    return str(found)


def as_made(command: str, *settings: str) -> list[str]:
    """What make runs for a command, without the recipe for the environment, which is there."""
    words = shlex.split(command)
    told = subprocess.run(
        [*words, *settings, "--dry-run", "--no-print-directory", "--old-file=.venv/run.stamp"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return shlex.split(told.replace("\\\n", " "))[1:]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Path]:
    """What the lesson leaves behind: a trial of each mode, in each of which one picture came by hand.

    It is a copy in which a busy machine has held up no upload: of 48, one that left late would decide the verdict.
    """
    folder, home = tmp_path_factory.mktemp("by-hand"), tmp_path_factory.mktemp("home")
    for mode in MODES:
        _demo(mode, folder, home, browser)
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("copied") / "by-hand")
    for mode in MODES:
        punctual(copy / f"{mode}-w1-r1")
    yield copy
    assert components_in(home) == []


def _demo(mode: str, results: Path, home: Path, browser: Browser) -> None:
    """One row of the table of minutes, without the slides."""
    port = free_port()
    up = run(*as_made(noted(f"make up MODE={mode} WORKERS=1"), f"PORT={port}")[1:], "--home", home)
    assert up.returncode == 0, up.stderr
    try:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        _load_and_upload(mode, results, home, page)
        page.close()
    finally:
        down = run(*as_made("make down")[1:], "--home", home)
    assert down.returncode == 0, down.stderr


def _load_and_upload(mode: str, results: Path, home: Path, page: Page) -> None:
    info = read_info(home / "stack.json")
    words = re.sub(r"\{\{ users \}\}", str(USERS), noted(r"\.venv/bin/locust --headless [^`]*"))
    options = [*re.sub(r"-t \d+s", f"-t {LENGTH}", words).split()[1:], "--stack", home / "stack.json"]
    with ThreadPoolExecutor() as beside:
        load = beside.submit(run, "locust", *options, "--only-summary", "--results", results)
        until(lambda: sum(get_json(f"{info.control_url}/counts/", token=info.token).values()) >= SENT_BEFORE)
        page.get_by_label("Choose a picture").set_input_files(
            {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        )
        page.get_by_role("button", name=BUTTONS[mode]).click()
        expect(page.locator(f"[data-endpoint={mode}]").get_by_role("status")).to_have_text("Ready.", timeout=60_000)
        done = load.result()
    assert done.returncode == 0, done.stderr


def test_one_upload_by_hand_in_each_demo_costs_no_trial_and_no_chart(results: Path, browser: Browser) -> None:
    drawn = run(*as_made("make charts", f"RESULTS={results}")[1:])
    assert drawn.returncode == 0, drawn.stderr

    experiment = read_experiment(results)
    made = analyse(experiment)
    assert {trial.cell.mode for trial in experiment.trials} == set(MODES)
    assert [(name, verdict.words) for name, verdict in made.verdicts.items() if verdict.invalid] == []
    (group,) = made.groups
    assert set(group.cells["mode"]) == set(MODES)
    for trial in experiment.trials:
        assert trial.elsewhere is not None and list(trial.elsewhere["state"]) == ["ready"]
    with opened(browser, results / "report.html") as shown:
        assert shown.page.locator(".error").count() == 0
        assert shown.page.get_by_text("uploads from elsewhere").count() == 1
