"""What can be said of docker-compose.yml without starting it."""

import re
import stat
import subprocess

import pytest

from tests.compose.standins import FOLDER, pinned_images
from tests.real_stack import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
SECRETS = {"DJANGO_SECRET_KEY", "EXPORT_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "RABBITMQ_PASSWORD"}


def test_every_variable_is_explained_and_every_explained_variable_is_used():
    used = set(re.findall(r"\$\{(\w+)", COMPOSE)) | set(re.findall(r"^ +([A-Z_]+):$", COMPOSE, re.M))

    assert set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.M)) == used


def test_the_example_shows_the_defaults():
    defaults = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", COMPOSE))
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE, re.M))

    assert {name: shown[name] for name in defaults} == defaults


def test_secrets_have_no_default_and_the_example_has_none():
    assert set(re.findall(r"\$\{(\w+):\?", COMPOSE)) == SECRETS
    assert set(re.findall(r"^(\w+)=$", EXAMPLE, re.M)) == SECRETS


def test_make_gives_every_secret_a_value_of_its_own_that_only_its_owner_can_read(env_file):
    secrets = re.findall(r"^(\w+)=(.*)$", env_file.read_text(), re.M)

    assert {name for name, _ in secrets} == SECRETS
    assert len({value for _, value in secrets if re.fullmatch("[0-9a-f]{48}", value)}) == len(SECRETS)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_ports_are_open_to_this_machine_only():
    published = [ports for ports in re.findall(r"^ +ports: (.*)$", COMPOSE, re.M) if ports != "[]"]

    assert published and all(re.fullmatch(r'\["127\.0\.0\.1:\$\{\w+:-\d+\}:\d+"\]', one) for one in published)


def test_containers_put_load_on_the_web_server_alone():
    commands = re.findall(r"command: (locust .*)", COMPOSE)

    assert [re.findall(r"--allow-target (\S+)", command) for command in commands] == [["web"], ["web"]]


def test_every_pinned_image_has_a_stand_in():
    assert {image.partition(":")[0] for image in pinned_images()} == {one.name for one in FOLDER.iterdir()}


def broker_url(**env):
    """What the container's entry point tells the app, or why it refuses."""
    script, passwords = (
        ROOT / "app_under_test/container/entrypoint.sh",
        {"REDIS_PASSWORD": "r", "RABBITMQ_PASSWORD": "q"},
    )
    command = [script, "sh", "-c", "echo $CELERY_BROKER_URL"]
    done = subprocess.run(command, env=passwords | env, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"BROKER": "redis"}, "redis://:r@redis:6379/0"),
        ({"BROKER": "rabbitmq"}, "amqp://queuelab:q@rabbitmq:5672//"),
        ({"BROKER": ""}, "redis://:r@redis:6379/0"),
        ({"BROKER": "redis", "CELERY_BROKER_URL": "amqp://elsewhere"}, "amqp://elsewhere"),
        ({"BROKER": "kafka"}, "BROKER is 'kafka': it must be redis or rabbitmq, or empty for whichever runs."),
    ],
)
def test_the_broker_is_the_address_that_is_given_or_the_one_that_is_named_or_the_one_that_runs(env, told):
    assert broker_url(**env) == told
