"""What is measured of a composed stack."""

import os

from loadtests.stack.compose.engine import Container
from loadtests.stack.compose.live_settings import _meters


def test_containers_that_are_no_part_of_what_is_measured_have_no_meter():
    services = ("web", "worker", "worker", "db", "locust", "load-worker", "flower")
    running = [Container(id=name, pid=os.getpid(), running=True, service=name) for name in services]

    assert set(_meters(running)) == {"web", "worker", "database"}
