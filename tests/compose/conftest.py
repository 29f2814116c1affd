import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from loadtests.errors import StackError
from loadtests.stack.compose.engine import Tools, find_tools
from loadtests.stack.process.ports import free_port
from tests.compose.composed import Composed
from tests.compose.standins import NoImagesError, provide_images
from tests.real_stack import ROOT

#: Often enough for a test to wait for, where the engine itself runs the checks; and limits to be found again.
SETTINGS = {"HEALTH_INTERVAL": "2s", "WORKER_CPUS": "0.75", "WORKER_MEMORY": "300m"}
PORTS = ("PORT", "CONTROL_PORT", "REDIS_PORT", "RABBITMQ_PORT", "FLOWER_PORT", "LOCUST_PORT")


def refuse(error: Exception) -> NoReturn:
    """A laptop may lack container tools, the machine that tests every change may not."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


@pytest.fixture(scope="session")
def env_file(tmp_path_factory) -> Path:
    """What `make .env` writes, made in a place of its own."""
    place = tmp_path_factory.mktemp("env")
    for name in ("Makefile", ".env.example"):
        shutil.copy(ROOT / name, place)
    subprocess.run(["make", "--silent", f"PYTHON={sys.executable}", ".env"], cwd=place, check=True)
    return place / ".env"


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The machine's container tool."""
    try:
        return find_tools()
    except StackError as error:
        return refuse(error)


@pytest.fixture(scope="session")
def image(tools, env_file) -> str:
    """The app's image, built from this tree."""
    try:
        provide_images(tools.engine)
    except NoImagesError as error:
        refuse(error)
    stack = Composed(tools=tools, project=f"queuelab-test-{os.getpid()}", env_file=env_file, ports={})
    stack.compose("build", "web")
    return "queuelab-app"


@pytest.fixture(scope="module")
def stack(tools, image, env_file) -> Iterator[Composed]:
    """A project of its own, not up yet; whatever is up at the end is brought down."""
    ports = {name: free_port() for name in PORTS}
    project = f"queuelab-test-{os.getpid()}"
    stack = Composed(tools=tools, project=project, env_file=env_file, ports=ports, settings=SETTINGS)
    yield stack
    stack.down()
