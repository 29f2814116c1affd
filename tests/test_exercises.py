"""The exercises in mending, with a real broker and a real worker on a copy of the app."""

import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.errors import StackError
from loadtests.exercises.exercise import (
    DISCOVERY,
    EXERCISES,
    TIMEZONE,
    attempt,
    break_copy,
    broken,
    fresh_copy,
    mend_copy,
    mended,
)
from tests.real_stack import components_in, run

ROOT = Path(__file__).parents[1]
APP = ROOT / "app_under_test"

#: What Celery's own schedule says of nine o'clock, once the copy's settings are in force: the next one, in UTC.
NEXT_NINE = """
from datetime import datetime, timezone
import django; django.setup()
from celery.schedules import crontab
from project.celery import app
noon = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
nine = crontab(hour=9, minute=0, app=app, nowfun=lambda: noon.astimezone(app.timezone))
print((noon + nine.remaining_estimate(noon)).astimezone(timezone.utc).hour)
"""

#: Which tasks the worker's own search finds, before anything else has imported a view.
SEARCH = """
import django; django.setup()
from project.celery import app
app.loader.import_default_modules()
print("accounts.tasks.send_welcome_email" in app.tasks)
"""


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_what_is_broken_can_be_mended_passage_by_passage(exercise):
    for edit in (*exercise.scene, *exercise.fault):
        text = (APP / edit.file).read_text()

        assert edit.wrong in broken(text, edit)
        assert mended(broken(text, edit), edit) == text


def test_a_passage_that_the_app_no_longer_has_is_refused():
    with pytest.raises(ValueError, match=r"project/celery\.py holds this 0 times"):
        broken("app = None\n", DISCOVERY.fault[0])


def test_a_copy_that_is_there_is_not_overwritten(tmp_path):
    break_copy(DISCOVERY, tmp_path)

    with pytest.raises(StackError, match="already exists"):
        break_copy(DISCOVERY, tmp_path)


def test_without_autodiscover_the_worker_s_own_search_finds_no_task(tmp_path):
    copy = break_copy(DISCOVERY, tmp_path)
    before = _told(SEARCH, copy)
    mend_copy(DISCOVERY, copy)

    assert (before, _told(SEARCH, copy)) == ("False", "True")


def test_a_missing_init_file_alone_hides_no_task_any_more(tmp_path):
    """A folder without one is a package, too; the text says so."""
    copy = fresh_copy(tmp_path)
    (copy / "accounts/__init__.py").unlink()

    assert _told(SEARCH, copy) == "True"


def test_the_time_zone_moves_what_is_planned_for_nine_o_clock(tmp_path):
    copy = break_copy(TIMEZONE, tmp_path)
    before = _told(NEXT_NINE, copy)
    mend_copy(TIMEZONE, copy)

    assert (before, _told(NEXT_NINE, copy)) == ("0", "9")


@pytest.mark.stack
def test_a_task_that_was_not_discovered_is_thrown_away_by_the_worker_until_it_is_mended(tmp_path):
    broke = run("loadtests.exercises", "break", "discovery", "--folder", tmp_path)
    log = (tmp_path / "logs/worker.log").read_text()
    mended_by_us = run("loadtests.exercises", "mend", "discovery", "--folder", tmp_path)

    assert (broke.returncode, mended_by_us.returncode) == (0, 0), broke.stderr
    assert "Received unregistered task of type 'accounts.tasks.send_welcome_email'" in broke.stdout
    assert "accounts.tasks" not in log.partition("[tasks]")[2].partition("Connected")[0]
    assert "The welcome arrived" in mended_by_us.stdout
    assert components_in(tmp_path) == []


@pytest.mark.stack
def test_without_the_moved_import_nobody_would_notice(tmp_path):
    """Django's checks import the views in the worker, too, and those their tasks; the text says so."""
    copy = break_copy(DISCOVERY, tmp_path)
    views = copy / "accounts/views.py"
    views.write_text((APP / "accounts/views.py").read_text())

    assert attempt(copy, tmp_path / "logs").welcomed


@pytest.mark.stack
def test_a_time_without_its_zone_comes_nine_hours_late_until_django_gives_it_one(tmp_path):
    broke = run("loadtests.exercises", "break", "timezone", "--folder", tmp_path)
    settings = tmp_path / "app/project/settings.py"
    settings.write_text(settings.read_text().replace('CELERY_TIMEZONE = "Asia/Tokyo"', 'CELERY_TIMEZONE = "UTC"'))
    half = run("loadtests.exercises", "try", "timezone", "--folder", tmp_path)
    mended_by_us = run("loadtests.exercises", "mend", "timezone", "--folder", tmp_path)

    assert (broke.returncode, half.returncode, mended_by_us.returncode) == (0, 1, 0), broke.stderr
    assert "The worker holds the task until" in broke.stdout
    assert "The worker holds the task until" in half.stdout
    assert "The welcome arrived" in mended_by_us.stdout


def _told(code: str, copy: Path) -> str:
    environment = {"DJANGO_SETTINGS_MODULE": "project.settings", "DATABASE_URL": "sqlite:///:memory:"}
    asked = subprocess.run(
        [sys.executable, "-c", code], cwd=copy, env=environment, capture_output=True, text=True, timeout=60
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.strip().splitlines()[-1]
