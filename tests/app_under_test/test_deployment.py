import subprocess
import sys

import pytest

from loadtests.stack.process.environment import inherited
from tests.app_under_test.running_app import APP

SECRET = {"DJANGO_SECRET_KEY": "a long key for the tests, with 4 kinds of characters!"}


def django(*argv: str, **env: str) -> str:
    """What a process of the app prints; the settings come from nothing but `env`."""
    done = subprocess.run(
        [sys.executable, *argv], cwd=APP, env=inherited() | env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def setting(name: str, **env: str) -> str:
    return django("-c", f"from project import settings; print(settings.{name})", **env).strip()


@pytest.mark.parametrize(("https", "silenced"), [("off", "(4 silenced)"), ("on", "(0 silenced)")])
def test_the_deployment_check_is_clean(https, silenced):
    told = django("manage.py", "check", "--deploy", "--fail-level", "WARNING", DJANGO_HTTPS=https, **SECRET)

    assert f"System check identified no issues {silenced}." in told


def test_every_change_of_a_model_has_its_migration():
    assert "No changes detected" in django("manage.py", "makemigrations", "--check", "--dry-run")


def test_the_defaults_are_safe():
    told = setting("DEBUG, settings.ALLOWED_HOSTS, settings.EXPORT_TOKEN, settings.CELERY_ACCEPT_CONTENT")

    assert told == "False ['127.0.0.1', 'localhost', '[::1]']  ['json']"


def test_every_start_has_another_secret_key():
    keys = {setting("SECRET_KEY") for _ in range(2)}

    assert len(keys) == 2
    assert all(len(key) >= 50 for key in keys)


def test_a_broker_that_is_not_redis_gets_no_redis_options():
    rabbit = {"CELERY_BROKER_URL": "amqp://guest@127.0.0.1:1//"}

    assert setting("CELERY_BROKER_TRANSPORT_OPTIONS", **rabbit) == "{'confirm_publish': True}"
    assert setting("CELERY_RESULT_BACKEND", **rabbit) == "None"


def test_loading_the_app_opens_no_connection():
    """The web server loads the app before it forks; a connection would be shared by all its processes."""
    script = (
        "import sys; sys.addaudithook(lambda event, args: event in ('socket.connect', 'sqlite3.connect')"
        " and sys.exit(event)); import project.wsgi; print('quiet')"
    )

    assert django("-c", script) == "quiet\n"


def test_what_is_not_celery_s_command_does_not_mind_another_project_s_broker():
    theirs = "redis://127.0.0.1:1/0"

    assert "no issues" in django("manage.py", "check", BROKER_URL=theirs, CELERY_BROKER_URL=theirs)
