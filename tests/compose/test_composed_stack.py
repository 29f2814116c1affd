"""docker-compose.yml as it really runs, with Redis and with RabbitMQ. The tests of one broker build on each other."""

import os
import subprocess

import pytest

from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import fetch, wait_for
from tests.real_stack import ROOT

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

ENDPOINTS = {"sync": 201, "queue": 202}
SERVICE = "com.docker.compose.service"
#: What the app says of its broker, by the profile that is active.
TRANSPORTS = {(): "redis", ("rabbitmq",): "amqp"}


@pytest.fixture(scope="module", params=TRANSPORTS, ids=["redis", "rabbitmq"])
def running(request, stack):
    """The stack with one broker; nothing but the profile says which."""
    stack.down()
    stack.profiles = request.param
    stack.up()
    return stack


def test_the_profile_decides_on_the_broker(running):
    assert running.config()["broker"]["transport"] == TRANSPORTS[running.profiles]


def test_the_database_is_postgresql(running):
    assert running.config()["database"]["vendor"] == "postgresql"


def test_every_health_check_passes(running):
    for container in running.running().values():
        wait_for(lambda one=container: running.is_healthy(one), limit_s=60.0)


def test_no_container_runs_as_root(running):
    users = {name: running.execute(container, "id", "-u") for name, container in running.running().items()}

    assert len(users) >= 6
    assert [name for name, user in users.items() if user == "0\n"] == []


def test_ports_are_open_to_this_machine_only(running):
    published = [one["HostConfig"]["PortBindings"] or {} for one in running.containers()]
    addresses = {binding["HostIp"] for ports in published for bindings in ports.values() for binding in bindings or ()}

    assert addresses == {"127.0.0.1"}


def test_a_worker_has_the_limits_that_were_set(running):
    (worker,) = [one["HostConfig"] for one in running.containers() if one["Config"]["Labels"][SERVICE] == "worker"]

    assert worker["Memory"] == 300 * 1024**2
    assert worker["NanoCpus"] == 750_000_000


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_picture_becomes_ready_through_each_endpoint(running, endpoint):
    answer = running.app.upload(endpoint, jpeg())

    assert answer.status == ENDPOINTS[endpoint]
    assert running.app.final_state(answer.json["id"])["state"] == "ready"


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_are_added_to_a_running_stack(running, workers):
    running.up(workers)

    nodes = running.config()["workers"]
    assert len({node["name"] for node in nodes}) == workers
    assert {node["processes"] for node in nodes} == {1}
    uploads = [running.app.upload("queue", jpeg()).json["id"] for _ in range(2 * workers)]
    assert {running.app.final_state(one)["state"] for one in uploads} == {"ready"}


def test_flower_shows_every_worker(running):
    running.compose("--profile", "flower", "build", "flower")
    running.compose("--profile", "flower", "up", "--detach", "flower")

    flower = f"http://127.0.0.1:{running.ports['FLOWER_PORT']}"
    assert wait_for(lambda: fetch(f"{flower}/healthcheck"), limit_s=60.0).status == 200
    node = running.config()["workers"][0]["name"]
    wait_for(lambda: node in fetch(f"{flower}/workers").body.decode(), limit_s=60.0)


def test_nothing_is_left_when_it_is_brought_down(running):
    running.down()

    assert running.left() == {"containers": [], "network": [], "volume": [], "processes": []}


def test_without_secrets_it_says_what_to_do(tools):
    secrets = ("DJANGO_SECRET_KEY", "EXPORT_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "RABBITMQ_PASSWORD")
    env = {name: value for name, value in os.environ.items() if name not in secrets}
    command = [*tools.compose, "--env-file", os.devnull, "config"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert done.returncode != 0
    assert "make .env" in done.stderr
