"""The steps of docs/lesson/django.md: each block of code stands in the app, or runs in a copy of it."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from loadtests.exercises.exercise import attempt, fresh_copy

ROOT = Path(__file__).parents[1]
APP = ROOT / "app_under_test"
STEPS = (ROOT / "docs/lesson/django.md").read_text()
BLOCKS = re.findall(r"^```(\w+) ?(\w*) ?(\S*)\n(.*?)^```$", STEPS, re.DOTALL | re.MULTILINE)


def blocks(kind: str) -> list[tuple[str, str]]:
    """File and text of each block of a kind."""
    return [(file, text) for _, found, file, text in BLOCKS if found == kind]


def test_every_block_is_of_a_kind_that_is_tested():
    kinds = defaultdict(int)
    for language, kind, _, _ in BLOCKS:
        kinds[f"{language} {kind}".strip()] += 1

    assert set(kinds) == {"sh", "python run", "python file", "python add", "sh worker", "sh exercise"}
    assert STEPS.count("\n```") == 2 * len(BLOCKS)


@pytest.mark.parametrize(("file", "text"), blocks("file"))
def test_a_block_under_a_file_of_the_app_stands_there_word_for_word(file, text):
    assert text in (APP / file).read_text()


def test_what_is_to_be_installed_is_what_the_app_asks_for():
    [(_, text)] = blocks("")

    assert text == "pip install celery redis\n"
    assert "celery[redis]" in (APP / "requirements.in").read_text()


def test_the_lesson_s_own_words_are_in_it():
    lesson = [
        "app.autodiscover_tasks()",
        'CELERY_BROKER_URL = "redis://localhost:6379/0"',
        "send_welcome_email.delay(",
        "celery -A project worker -l info",
        'CELERY_TIMEZONE = "UTC"',
    ]

    assert [words for words in lesson if words not in STEPS] == []


@pytest.mark.stack
def test_the_blocks_of_the_lesson_run_in_a_copy_of_the_app(tmp_path):
    """Its celery.py in the place of ours, its settings after ours, its command: a new user is welcomed."""
    copy = fresh_copy(tmp_path)
    [(celery, whole)], [(settings, added)] = blocks("run"), blocks("add")
    (copy / celery).write_text(whole)
    # The port of the lesson may be somebody else's.
    added = added.replace('"redis://localhost:6379/0"', 'env("CELERY_BROKER_URL")')
    (copy / settings).write_text((copy / settings).read_text() + added)
    [(_, worker)] = blocks("worker")

    result = attempt(copy, tmp_path / "logs", worker.split())

    assert result.welcomed, result.said
    assert "accounts.tasks.send_welcome_email" in (tmp_path / "logs/worker.log").read_text()
