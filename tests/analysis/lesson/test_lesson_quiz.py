import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from analysed import measured
from gift_parser import read_gift
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect
from synthetic_experiment import Made, both_modes, write_experiment

from analysis.errors import AnalysisError
from analysis.lesson.content import page as texts
from analysis.lesson.content.material import Measured
from analysis.lesson.worksheets import quiz
from analysis.lesson.worksheets.quiz import Choice, Question, gift, read_questions
from tests.pages import offline, serious_findings

MISCONCEPTIONS = {"faster", "accepted", "cores", "length", "retries"}


def _of(folder: Path) -> Measured:
    return measured(folder)


def test_the_lesson_s_four_questions_and_the_common_misconceptions_are_asked(example: Measured) -> None:
    asked = {question.id for question in read_questions(example)}

    assert asked >= {"reason", "brokers", "delay", "discovery"} | MISCONCEPTIONS
    assert 10 <= len(asked) <= 14


def test_stems_are_short_because_screen_readers_repeat_them(example: Measured) -> None:
    assert [question.stem for question in read_questions(example) if len(question.stem) > 100] == []


def test_the_right_choice_is_not_always_at_the_same_place(example: Measured) -> None:
    letters = [question.right[0] for question in read_questions(example)]

    assert set(letters) == set("ABCD")
    assert max(letters.count(letter) for letter in "ABCD") <= len(letters) / 2


def test_every_choice_says_why_and_every_question_names_a_trial(example: Measured) -> None:
    for question in read_questions(example):
        assert all(choice.why for choice in question.choices)
        assert question.command
        assert question.look


def test_the_numbers_are_the_experiment_s_own(example: Measured) -> None:
    cells = example.group.cells.set_index(["mode", "workers"])
    [scaling] = [question for question in read_questions(example) if question.id == "scaling"]
    [growth] = [question for question in read_questions(example) if question.id == "growth"]
    one, eight = cells.loc[("queue", 1)], cells.loc[("queue", 8)]

    assert scaling.stem.startswith(
        f"The work is mostly waiting. 12 pictures/s arrive; 1 worker finishes {one['throughput']:.1f}."
    )
    assert f"Measured: {eight['throughput']:.1f} pictures/s" in scaling.right[1].why
    assert f"About {8 * one['throughput']:.0f} pictures/s" in {choice.text for choice in scaling.choices}
    assert growth.right[1].text == f"About {(12 - one['throughput']) * 6:.0f}0"
    assert f"{one['backlog_growth']:.1f} more every second" in growth.right[1].why


def test_what_an_experiment_does_not_show_is_not_asked(tmp_path: Path) -> None:
    easy = _of(write_experiment(tmp_path / "easy", both_modes((8,))))

    asked = {question.id for question in read_questions(easy)}

    assert asked.isdisjoint({"scaling", "growth"})
    assert asked >= MISCONCEPTIONS


def test_of_one_mode_alone_no_question_compares_numbers(tmp_path: Path) -> None:
    questions = read_questions(_of(write_experiment(tmp_path / "queue", [Made(workers=1)])))

    told = [choice.why for question in questions for choice in question.choices]
    assert "A queue adds no capacity." in told
    assert [why for why in told if "not measured" in why] == []


def test_a_question_with_two_right_choices_is_refused(example: Measured, tmp_path: Path) -> None:
    source = tmp_path / "quiz.toml"
    choice = '{ text = "%s", why = "so", right = true }'
    source.write_text(
        f'[[question]]\nid = "x"\nstem = "?"\nsee = {{ command = "make demo", look = "it" }}\n'
        f"choices = [{choice % 'a'}, {choice % 'b'}]\n"
    )

    with pytest.raises(AnalysisError, match="Question x"):
        read_questions(example, source)


def test_moodle_reads_what_was_written(example: Measured, sheets: Path) -> None:
    questions, read = read_questions(example), read_gift((sheets / "quiz.gift").read_text())

    assert [each.title for each in read] == [question.id for question in questions]
    for question, each in zip(questions, read, strict=True):
        assert each.stem == question.stem
        assert each.choices == [(choice.text, choice.why, choice.right) for choice in question.choices]
        assert each.general == f"See it: {question.command}. Look at {question.look}.".replace("`", "")


SPECIAL = st.text(alphabet=st.sampled_from("~=#{}:\\&<> a\n/$"), min_size=1, max_size=30)


@given(SPECIAL.filter(lambda text: text.strip()))
def test_no_text_can_break_the_format(text: str) -> None:
    said = " ".join(text.split())
    choices = (Choice(text=f"a{text}", why=text, right=True), Choice(text=f"b{text}", why="no"))
    question = Question(id="q", stem=f"x{text}", choices=choices, command="make demo", look="it")

    [read] = read_gift(gift([question]))

    assert read.stem == " ".join(f"x{text}".split())
    assert read.choices[0] == (" ".join(f"a{text}".split()), said, True)
    assert [each[2] for each in read.choices] == [True, False]


def test_commands_inside_a_sentence_are_code_and_show_no_backticks(sheets: Path) -> None:
    assert "`" not in (sheets / "quiz.html").read_text() + (sheets / "quiz.gift").read_text()
    code = "<code>" + " ".join(f'<span class="word">{word}</span>' for word in ("a", "&lt;", "b")) + "</code>"
    assert texts.with_code("see `a < b` & c") == f"see {code} &amp; c"


def test_words_from_outside_cannot_become_markup(example: Measured) -> None:
    named = replace(example.experiment, name="<script>alert(1)</script>")
    hostile = replace(example, made=replace(example.made, experiment=named))
    assert "<script" not in quiz.render(hostile)
    assert all("<script" not in texts.render_text(name, hostile) for name in texts.TEXTS)


@pytest.fixture
def without_script(browser: Browser, sheets: Path) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto((sheets / "quiz.html").as_uri())
    yield page
    context.close()


def test_it_works_without_script(without_script: Page, example: Measured) -> None:
    first = read_questions(example)[0]
    group = without_script.get_by_role("group", name=first.stem)

    group.get_by_role("radio", name=first.choices[2].text).check()
    group.get_by_role("radio", name=first.choices[1].text).check()
    expect(group.get_by_role("radio", checked=True)).to_have_count(1)
    why = group.get_by_text(first.right[1].why)
    expect(why).to_be_hidden()
    group.get_by_text("Answer 1").click()
    expect(why).to_be_visible()


def test_it_prints_without_answers_or_with_a_key_on_a_page_of_its_own(without_script: Page, example: Measured) -> None:
    right = read_questions(example)[0].right[1]
    without_script.get_by_text("Answer 1", exact=True).click()
    without_script.emulate_media(media="print")
    key = without_script.locator("#key")
    folded = without_script.locator("details").get_by_text(right.why)

    expect(folded).to_be_hidden()
    expect(key).to_be_hidden()
    without_script.emulate_media(media="screen")
    without_script.get_by_label("Print the key").check()
    without_script.emulate_media(media="print")
    expect(key).to_be_visible()
    expect(key).to_contain_text(right.text)
    expect(folded).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 720)])
def test_it_needs_no_network_and_axe_finds_nothing_serious(
    sheets: Path, browser: Browser, width: int, height: int
) -> None:
    with offline(browser, sheets / "quiz.html", width, height) as page:
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert serious_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_page_and_moodle_ask_the_same(sheets: Path) -> None:
    legends = re.findall(r"<legend>\d+\. (.*?)</legend>", (sheets / "quiz.html").read_text())

    assert [unescape(legend) for legend in legends] == [
        read.stem for read in read_gift((sheets / "quiz.gift").read_text())
    ]
