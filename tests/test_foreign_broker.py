"""Another project's broker stays as it is, whatever of that project's settings the environment holds."""

import subprocess
import sys

import pytest
import redis

from loadtests.errors import StackError
from loadtests.experiment import smoke_test
from loadtests.stack.base import StackLayout, StackSpec, new_layout
from loadtests.stack.commands import APP
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import ProcessGroup, wait_until
from loadtests.stack.services import redis_server
from loadtests.stack.services.backing_services import BackingServices
from tests.real_stack import components_in

pytestmark = pytest.mark.stack

SPEC = StackSpec(mode="queue", workers=1, workload="cpu", seed=1)
MESSAGES = [b"first", b"second", b"third"]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The address of another project's real broker, with messages in the queue that has Celery's default name."""
    folder = tmp_path_factory.mktemp("theirs")
    layout = new_layout(SPEC, folder)
    group = ProcessGroup(folder)
    group.start(redis_server.command(layout))
    wait_until("Theirs", lambda: redis_server.wants_password(layout), check=group.check, timeout_s=20)
    with redis.Redis.from_url(layout.broker_url) as client:
        client.rpush("celery", *MESSAGES)
    yield layout.broker_url
    group.close(grace_s=5)


@pytest.fixture
def their_environment(theirs, tmp_path, monkeypatch):
    """What a shell holds in which somebody has worked on that project."""
    (tmp_path / "celery.py").write_text("raise SystemExit('This is the other project.')")
    for name in ("BROKER_URL", "RESULT_BACKEND"):
        for prefix in ("", "CELERY_"):
            monkeypatch.setenv(f"{prefix}{name}", theirs)
    others = {
        **{"APP": "theirs", "LOADER": "theirs.Loader", "CONFIG_MODULE": "theirs", "CELERY_WORKER_QUEUES": "theirs"},
        **{"CELERY_BROKER_READ_URL": theirs, "CELERY_BROKER_WRITE_URL": theirs, "DATABASE_URL": "sqlite:////theirs"},
        **{"DJANGO_SETTINGS_MODULE": "theirs.settings", "PYTHONPATH": str(tmp_path), "WEB_CONCURRENCY": "7"},
        **{"GUNICORN_CMD_ARGS": "--bind 0.0.0.0:0 --threads 3", "http_proxy": "http://theirs:1"},
    }
    for name, value in others.items():
        monkeypatch.setenv(name, value)


def connections(url):
    """How many a broker has seen, ours for this question included."""
    with redis.Redis.from_url(url) as client:
        return client.info("stats")["total_connections_received"]


def messages(url):
    with redis.Redis.from_url(url) as client:
        assert client.keys() == [b"celery"]
        return client.lrange("celery", 0, -1)


def test_a_stack_amid_another_project_s_settings_never_connects_to_its_broker(theirs, their_environment, tmp_path):
    before = connections(theirs)
    with LocalStack(SPEC, tmp_path / "ours", tmp_path / "logs") as info:
        smoke_test.check(info)
        assert (info.settings["web"]["processes"], info.settings["web"]["threads"]) == (1, 1)

    assert connections(theirs) == before + 1
    assert messages(theirs) == MESSAGES
    assert components_in(tmp_path) == []


def test_a_stack_whose_app_is_at_another_broker_is_refused_in_one_sentence(theirs, tmp_path, monkeypatch):
    original = StackLayout.environment.fget
    led_astray = property(lambda layout: original(layout) | {"CELERY_BROKER_READ_URL": f"{theirs[:-1]}5"})
    monkeypatch.setattr(StackLayout, "environment", led_astray)
    port = theirs.rpartition(":")[2].removesuffix("/0")
    with (
        pytest.raises(
            StackError, match=rf"^The app is connected to the broker redis://{HOST}:{port}/5, and not to \S+/0,"
        ),
        LocalStack(SPEC, tmp_path, tmp_path / "logs"),
    ):
        pass

    assert components_in(tmp_path) == []


@pytest.mark.parametrize("words", [("worker", "-l", "info"), ("purge", "-f")])
def test_celery_by_hand_refuses_a_broker_of_another_project_before_it_connects(theirs, words):
    before = connections(theirs)
    command = [sys.executable, "-m", "celery", "-A", "project", *words]
    environment = inherited() | {"BROKER_URL": theirs}
    done = subprocess.run(command, cwd=APP, env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1
    assert done.stderr.startswith("The environment sets BROKER_URL, perhaps for another project")
    assert done.stderr.count("\n") == 1
    assert connections(theirs) == before + 1
    assert messages(theirs) == MESSAGES


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bind * -::*", r"^broker listens on (0\.0\.0\.0|::) port \d+ and not on 127\.0\.0\.1 alone"),
        ('requirepass ""', "^The broker accepts connections without a password"),
    ],
)
def test_a_broker_that_did_not_take_its_configuration_is_refused(line, words, tmp_path, monkeypatch):
    original = redis_server.write_configuration

    def overridden(*arguments):
        path = original(*arguments)
        path.write_text(f"{path.read_text()}protected-mode no\n{line}\n")
        return path

    monkeypatch.setattr(redis_server, "write_configuration", overridden)
    layout, group = new_layout(SPEC, tmp_path), ProcessGroup(tmp_path / "logs")
    services = BackingServices(layout, SPEC, group)
    try:
        with pytest.raises(StackError, match=words):
            services.start()
    finally:
        group.close(grace_s=5)
        services.remove()
