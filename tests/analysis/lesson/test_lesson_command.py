import re
import shutil
import webbrowser
from pathlib import Path

import pytest
from altered import with_trials
from analysed import analysed
from playwright.sync_api import Browser
from synthetic_experiment import Made, both_modes, break_books, write_experiment

from analysis.__main__ import main
from analysis.lesson.build import broken_beside
from analysis.lesson.content.material import Slide, gather
from analysis.lesson.slides.reveal import story
from tests.pages import A4, offline, pages_of, serious_findings, sizes_of


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_first_page_links_to_everything_that_was_made_and_to_the_report(lesson: Path) -> None:
    links = re.findall(r'href="([^":]+)"', (lesson / "index.html").read_text())

    assert {"slides.html", "slides.pptx", "handout.html", "predict.html", "../report.html"} <= set(links)
    assert [link for link in links if not (lesson / link.partition("#")[0]).exists()] == []
    assert "../report.html#replay" in links


def test_the_first_page_opens_with_no_network_and_axe_finds_nothing_serious(lesson: Path, browser: Browser) -> None:
    with offline(browser, lesson / "index.html", 390, 844) as page:
        assert serious_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_first_page_prints_on_a4(lesson: Path, browser: Browser) -> None:
    with offline(browser, lesson / "index.html", 1280, 720) as page:
        pdf = page.pdf(prefer_css_page_size=True)

    assert (pages_of(pdf), sizes_of(pdf)) == (1, {A4})


@pytest.mark.usefixtures("unrendered")
def test_with_an_output_the_experiment_stays_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_experiment(tmp_path / "demo", both_modes((1, 4)))
    before = files(folder)

    assert main(["lesson", str(folder), "--output", str(tmp_path / "elsewhere")]) == 0

    assert files(folder) == before
    printed = capsys.readouterr().out.split()
    assert printed[0] == str(tmp_path / "elsewhere" / "lesson" / "index.html")
    assert all(Path(path).exists() for path in printed)
    assert {"report.html", "summary.csv", "charts/throughput.svg", "lesson/slides.pptx"} <= files(
        tmp_path / "elsewhere"
    )


def test_where_nothing_can_be_believed_there_is_no_lesson_but_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_experiment(tmp_path / "broken", [Made()])
    break_books(folder / "queue-w4-r1")

    assert main(["lesson", str(folder)]) == 1

    assert "nothing to teach with" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_a_sentence_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", str(tmp_path / "none")]) == 1

    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.usefixtures("unrendered")
def test_what_the_preflight_expects_stands_in_the_notes(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "demo", both_modes((1, 4)))
    (tmp_path / "preflight").mkdir()
    (tmp_path / "preflight" / "preflight.json").write_text('{"checked_at": "2026-11-25T08:00:00+00:00"}')
    (tmp_path / "preflight" / "prediction.csv").write_text(
        "mode,workers,throughput,ready_p50_s,ready_p95_s,utilisation\nqueue,1,3.7,inf,inf,3\nqueue,4,12,0.3,0.5,0.8\n"
    )

    assert main(["lesson", str(folder)]) == 0

    notes = (folder / "lesson" / "notes.html").read_text()
    assert "Preflight of this machine, 2026-11-25T08:00:00+00:00." in notes
    assert "3.7 pictures/s with 1 worker and 12 pictures/s with 4 workers." in notes
    text = (folder / "lesson" / "slides.html").read_text()
    assert "Preflight of this machine, 2026-11-25T08:00:00+00:00." in text
    assert "Expected from the work alone: 3.7 pictures/s with 1 worker and 12 pictures/s with 4 workers." in text
    assert "grows without limit with 1 worker and 0.30 s with 4 workers." in text


def test_what_was_broken_live_goes_before_what_was_broken_at_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until the class has broken something the slides show all faults; a fault that is not over is left out."""
    demo = write_experiment(tmp_path / "demo", [Made(workers=4)])
    write_broken(tmp_path / "faults-defaults", "node-killed")
    assert [each.title for each in broken_in(demo)] == ["Break it: node-killed"]

    write_broken(tmp_path / "faults-live", "broker-killed")
    (tmp_path / "faults-live-safe").mkdir()
    (tmp_path / "faults-live-safe" / "experiment.json").write_text("{}")

    assert [each.title for each in broken_in(demo)] == ["Break it: broker-killed"]
    assert "the slides leave out faults-live-safe: " in capsys.readouterr().err

    write_broken(tmp_path / "faults-live-safe", "broker-killed", profile="safe")
    (shown,) = broken_in(demo)
    assert shown.table and [row[:2] for row in shown.table.rows] == [
        ["broker-killed", "defaults"],
        ["broker-killed", "safe"],
    ]


def write_broken(folder: Path, fault: str, profile: str = "defaults") -> None:
    if folder.exists():
        shutil.rmtree(folder)
    write_experiment(folder, [Made(workers=4)])
    with_trials(folder, lambda record: record["cell"].update(fault=fault, profile=profile))


def broken_in(folder: Path) -> list[Slide]:
    """The slides of what was broken, in a lesson made of the experiment of that folder."""
    material = gather(analysed(folder), [], broken=broken_beside(folder))
    return [slide for slide in story(material) if slide.name == "break"]


@pytest.fixture
def browsers_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python looks for browsers anew, as it does once in a process."""
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})


@pytest.mark.usefixtures("unrendered", "browsers_of_the_environment")
def test_the_first_page_is_opened_in_the_browser_if_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_experiment(tmp_path / "demo", [Made(workers=4)], by_hand=True)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))

    monkeypatch.setenv("CI", "yes")
    assert main(["lesson", str(folder), "--open"]) == 0
    assert not (tmp_path / "opened").exists()

    monkeypatch.delenv("CI")
    assert main(["lesson", str(folder), "--open"]) == 0
    assert (tmp_path / "opened").read_text().strip() == (folder / "lesson" / "index.html").as_uri()


@pytest.mark.usefixtures("unrendered", "browsers_of_the_environment")
def test_where_no_browser_starts_the_pages_are_there_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mode with one count of workers is enough for a lesson."""
    folder = write_experiment(tmp_path / "demo", [Made(workers=4)], by_hand=True)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("BROWSER", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", "")

    assert main(["lesson", str(folder), "--open"]) == 0

    assert (folder / "lesson" / "index.html").exists()
