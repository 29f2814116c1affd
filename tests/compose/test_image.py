"""The app's image: small, without the harness, and not root's."""

import json
import subprocess

import pytest

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

BASE = "python:3.12-slim-bookworm"
LIMIT_BYTES = 300_000_000


def inspected(tools, image):
    done = subprocess.run([tools.engine, "image", "inspect", image], capture_output=True, check=True)
    return json.loads(done.stdout)[0]


def run(tools, image, *command):
    argv = [tools.engine, "run", "--rm", "--network", "none", "--entrypoint", command[0], image, *command[1:]]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_adds_less_than_300_mb_to_its_base(tools, image):
    assert inspected(tools, image)["Size"] - inspected(tools, BASE)["Size"] < LIMIT_BYTES


def test_it_does_not_run_as_root(tools, image):
    assert inspected(tools, image)["Config"]["User"] == "10001:10001"
    assert run(tools, image, "id", "-u") == "10001\n"


def test_it_holds_the_app_and_no_data(tools, image):
    there = run(tools, image, "ls", "/app").split()

    assert {"manage.py", "external_resource.py", "project", "pictures"} <= set(there)
    assert "var" not in there


def test_it_lacks_what_only_the_harness_needs(tools, image):
    script = (
        "import importlib.util as u; print([n for n in ('locust', 'pandas', 'matplotlib', 'pip') if u.find_spec(n)])"
    )

    assert run(tools, image, "python", "-c", script) == "[]\n"
