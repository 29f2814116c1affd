"""What children get of the caller's environment."""

import os
from dataclasses import fields

import pytest

from loadtests.machine import provenance
from loadtests.planning.configuration import Configuration
from loadtests.stack.process.environment import DECIDED_BY, engine_inherited, hidden, ignored_settings, inherited

#: Variables of another project, by who reads them.
FOREIGN = {
    "Celery's command line": (
        "APP",
        "BROKER_URL",
        "RESULT_BACKEND",
        "LOADER",
        "CONFIG_MODULE",
        "SKIP_CHECKS",
        "NO_COLOR",
    ),
    "Celery": ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_WORKER_QUEUES", "CELERY_CUSTOM_WORKER_POOL"),
    "gunicorn": ("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "PORT", "LISTEN_FDS", "NOTIFY_SOCKET"),
    "the app": ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "MEDIA_ROOT", "EXPORT_TOKEN", "CLOCK_OFFSET_NS"),
    "libpq": ("PGHOST", "PGSERVICE", "PGPASSFILE", "PGOPTIONS"),
    "RabbitMQ": ("RABBITMQ_NODENAME", "RABBITMQ_CONFIG_FILE", "ERL_FLAGS", "ERL_LIBS"),
    "Locust": ("LOCUST_USERS", "LOCUST_HOST", "LOCUST_SKIP_MONKEY_PATCH"),
    "Python": ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONOPTIMIZE"),
    "the linker": ("LD_PRELOAD", "MALLOC_ARENA_MAX"),
    "HTTP clients": ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"),
    "compose": ("COMPOSE_FILE", "COMPOSE_PROFILES", "WORKERS", "REDIS_PASSWORD"),
}


@pytest.mark.parametrize("reader", FOREIGN)
def test_nothing_that_configures_a_component_comes_from_the_caller(reader, monkeypatch):
    for name in FOREIGN[reader]:
        monkeypatch.setenv(name, "of another project")

    assert set(FOREIGN[reader]) & inherited().keys() == set()


@pytest.mark.parametrize("name", ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH"])
def test_what_any_program_needs_comes_from_the_caller(name, monkeypatch):
    monkeypatch.setenv(name, "given")

    assert inherited()[name] == "given"


def test_a_container_tool_finds_its_engine_and_the_way_out_but_no_other_project_s_files(monkeypatch):
    given = ("DOCKER_HOST", "CONTAINERS_CONF", "XDG_RUNTIME_DIR", "https_proxy", "SSH_AUTH_SOCK")
    for name in (*given, *FOREIGN["compose"]):
        monkeypatch.setenv(name, "given")

    assert set(given) <= engine_inherited().keys()
    assert set(FOREIGN["compose"]) & engine_inherited().keys() == set()


def test_a_setting_that_a_stack_does_not_take_is_named_with_what_decides_it(monkeypatch):
    for name in DECIDED_BY:
        monkeypatch.delenv(name, raising=False)
    assert ignored_settings() == ""

    monkeypatch.setenv("EXTERNAL_DELAY_S", "0.6")
    assert "EXTERNAL_DELAY_S (decided by workload)" in ignored_settings()
    for name in DECIDED_BY:
        monkeypatch.setenv(name, "given")
    assert inherited().keys().isdisjoint(DECIDED_BY)


def test_what_decides_an_ignored_setting_is_a_level_of_a_stack():
    assert set(DECIDED_BY.values()) <= {field.name for field in fields(Configuration)} | {"workers"}


def test_what_a_library_in_this_process_would_read_is_hidden_for_a_moment(monkeypatch):
    monkeypatch.setenv("PGSERVICE", "theirs")
    with hidden("PG"):
        assert "PGSERVICE" not in os.environ

    assert os.environ["PGSERVICE"] == "theirs"


def test_the_commit_is_this_repository_s_also_where_git_is_pointed_at_another(tmp_path, monkeypatch):
    here = provenance.git_commit()
    monkeypatch.setenv("GIT_DIR", str(tmp_path))

    assert provenance.git_commit() == here != ""
