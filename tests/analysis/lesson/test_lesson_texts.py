import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from analysed import analysed, grouped
from playwright.sync_api import Browser
from synthetic_experiment import both_modes, break_books, write_experiment

from analysis.lesson.content.material import SOURCES, Measured
from analysis.lesson.content.numbers import Numbers
from analysis.lesson.content.page import TEXTS, as_html, fill, render_text
from tests.pages import offline, opened, serious_findings

ROOT = Path(__file__).parents[3]
#: How many elements of each kind a page has.
ELEMENTS = """() => Object.fromEntries(
    Object.entries(Object.groupBy([...document.querySelectorAll("*")], (each) => each.tagName))
        .map(([kind, all]) => [kind, all.length]))"""


def test_every_number_that_a_text_asks_for_is_in_a_cell_of_the_summary(example: Measured) -> None:
    summary = pd.read_csv(ROOT / "results/example/summary.csv")
    at = Numbers(example.group.cells)

    for _, row in summary.iterrows():
        cell = row["mode"], row["workers"]
        assert at.finished(*cell) == f"{row['throughput']:.1f}".removesuffix(".0")
        assert at.accepted(*cell) == f"{row['accepted_rate']:.1f}".removesuffix(".0")
        assert at.done(*cell) == f"{row['ok']} of {row['planned']}"
        assert at.grows(*cell) == (row["verdict"] == "OVERLOADED")
        for clock in ("response", "ready"):
            assert _seconds(getattr(at, clock)(*cell)) == pytest.approx(row[f"{clock}_p50_s"], rel=0.1) or at.grows(
                *cell
            )


def test_a_cell_that_was_not_measured_is_told_as_that(example: Measured) -> None:
    at = Numbers(example.group.cells)

    assert {at.finished("sync", 3), at.response("sync", 3), at.done("sync", 3)} == {"(not measured)"}
    assert np.isnan(at.value("throughput", "sync", 3))
    assert at.ready_told("sync", 3) == "was not measured"


def test_a_cell_of_which_nothing_can_be_believed_is_told_as_withheld(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "demo", both_modes((1, 4)))
    break_books(folder / "queue-w1-r1")
    (group,) = grouped(folder)

    notes = fill((SOURCES / "notes.md").read_text(), Measured(made=analysed(folder), group=group))

    at = Numbers(group.cells, Measured(made=analysed(folder), group=group).withheld_cells)
    assert at.finished("queue", 1) == "(withheld)"
    assert at.ready_told("queue", 1) == "is withheld"
    assert "With 4 workers in sync, the wait for a response is" in notes


def test_what_grows_is_told_in_words_and_not_in_a_number(example: Measured) -> None:
    at = Numbers(example.group.cells)

    assert at.ready_told("queue", 1) == "grows without limit"
    assert at.response_told("queue", 1).startswith("is 6 ms")


def test_the_teacher_s_notes_hold_what_this_machine_showed(example: Measured) -> None:
    notes = fill((SOURCES / "notes.md").read_text(), example)

    told = (ROOT / "README.md").read_text()
    (row,) = [line for line in told.splitlines() if line.startswith("| queue | 8 |")]
    assert row in notes
    assert "{{" not in notes


def test_the_notes_spend_forty_five_minutes_without_a_gap() -> None:
    spans = re.findall(r"^\| (\d+)(?:–|&nbsp;–&nbsp;)(\d+) \|", (SOURCES / "notes.md").read_text(), re.MULTILINE)
    ends = [0, *(int(until) for _, until in spans)]

    assert [int(since) for since, _ in spans] == ends[:-1]
    assert ends[-1] == 45


def test_every_exercise_has_a_prediction_a_command_and_where_to_look(example: Measured) -> None:
    _, *exercises = fill((SOURCES / "exercises.md").read_text(), example).split("\n## ")

    assert len(exercises) >= 5
    for exercise in exercises:
        assert "```sh\n" in exercise
        assert "**Look at:**" in exercise
    assert all("**Predict:**" in exercise and "<details>" in exercise for exercise in exercises[:-1])


@pytest.mark.parametrize(
    "name",
    [
        "![x](http://evil.test/p.png) [x](http://evil.test) <img src=http://evil.test/p.png onerror=alert(1)>",
        "a | b\n\n# c\n\n- **d** `e` <http://evil.test> &lt;",
    ],
)
def test_names_from_files_stand_for_themselves(example: Measured, browser: Browser, tmp_path: Path, name: str) -> None:
    cells = example.group.cells.assign(workload=name)
    machine = {"cpu": name, "cores": 2}
    hostile = replace(
        example,
        made=replace(
            example.made,
            experiment=replace(example.experiment, name=name, info={**example.experiment.info, "machine": machine}),
        ),
        group=replace(example.group, cells=cells),
        here=(name,),
    )
    for text in TEXTS:
        (tmp_path / f"{text}.html").write_text(render_text(text, example))
        (tmp_path / f"{text}-hostile.html").write_text(render_text(text, hostile))
        with offline(browser, tmp_path / f"{text}.html", 1280, 720) as page:
            elements = page.evaluate(ELEMENTS)
        with offline(browser, tmp_path / f"{text}-hostile.html", 1280, 720) as page:
            # One paragraph more: what the preflight expects, with a word in bold.
            more = {"P": 1, "STRONG": 1} if text == "notes" else {}
            assert page.evaluate(ELEMENTS) == {kind: n + more.get(kind, 0) for kind, n in elements.items()}
            if text != "django":
                assert " ".join(name.split()) in " ".join(page.inner_text("body").split())


def test_the_policy_lets_nothing_out(sheets: Path, browser: Browser) -> None:
    for name in (*TEXTS, "quiz", "gallery"):
        with opened(browser, sheets / f"{name}.html") as shown:
            shown.page.evaluate(
                "document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/picture.png' }))"
            )

            assert any("Content Security Policy" in words for words in shown.problems), name


def test_links_lead_to_pages_that_lie_beside(sheets: Path) -> None:
    for name in TEXTS:
        targets = re.findall(r'href="([^"]+)"', (sheets / f"{name}.html").read_text())
        local = [target for target in targets if not target.startswith("data:")]
        assert [target for target in local if not (sheets / target).exists()] == []


def test_links_of_the_sources_lead_somewhere() -> None:
    for path in SOURCES.glob("*.md"):
        targets = re.findall(r"\]\(([^)]+)\)", path.read_text())
        assert [target for target in targets if not (SOURCES / target).exists()] == [], path.name


def test_a_table_can_be_scrolled_by_keyboard() -> None:
    assert as_html("| a |\n|---|\n| 1 |\n").startswith(
        '<div class="wide" tabindex="0" role="region" aria-label="Table 1">'
    )


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 720)])
def test_a_text_needs_no_network_and_axe_finds_nothing_serious(
    sheets: Path, browser: Browser, name: str, width: int, height: int
) -> None:
    with offline(browser, sheets / f"{name}.html", width, height) as page:
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert serious_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def _seconds(words: str) -> float:
    amount, _, unit = words.partition(" ")
    return {"ms": 0.001, "s": 1.0}.get(unit, np.nan) * float(amount if unit in ("ms", "s") else "nan")
