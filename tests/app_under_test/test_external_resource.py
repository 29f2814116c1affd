import signal
import statistics
import sys
import time
from collections.abc import Iterator

import pytest

from external_resource import delay
from loadtests.stack.process.ports import free_port
from tests.app_under_test.running_app import fetch, running, wait_for


@pytest.fixture
def slow() -> Iterator[str]:
    """An external resource that takes exactly a fifth of a second."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    argv = ("external_resource.py", "--port", str(port), "--delay-s", "0.2", "--delay-cv", "0")
    with running(sys.executable, *argv):
        wait_for(lambda: fetch(f"{url}/healthz"))
        yield url


def test_the_delay_depends_on_the_name_and_the_seed_only():
    first = delay("a", mean_s=0.25, cv=0.1, seed=7)

    assert first == delay("a", mean_s=0.25, cv=0.1, seed=7)
    assert first != delay("b", mean_s=0.25, cv=0.1, seed=7)
    assert first != delay("a", mean_s=0.25, cv=0.1, seed=8)


def test_the_delays_have_the_mean_and_the_spread_asked_for():
    delays = [delay(str(n), mean_s=0.25, cv=0.1, seed=7) for n in range(10_000)]

    assert statistics.mean(delays) == pytest.approx(0.25, rel=0.01)
    assert statistics.stdev(delays) == pytest.approx(0.025, rel=0.03)


def test_no_spread_is_the_mean_itself_and_no_mean_is_no_delay():
    assert delay("a", mean_s=0.25, cv=0, seed=7) == pytest.approx(0.25)
    assert delay("a", mean_s=0, cv=0.1, seed=7) == 0


@pytest.mark.quiet
def test_an_object_is_taken_after_its_delay(slow):
    began = time.monotonic()

    answer = fetch(f"{slow}/objects/a", method="PUT", body=b"x" * 200_000)

    assert answer.status == 201
    assert time.monotonic() - began == pytest.approx(0.2, abs=0.05)


def test_every_put_is_counted(slow):
    for name in ("a", "b", "a"):
        fetch(f"{slow}/objects/{name}", method="PUT", body=b"x")

    assert fetch(f"{slow}/objects.csv").body == b"id,writes\na,2\nb,1\n"


def test_other_addresses_are_not_found(slow):
    assert fetch(f"{slow}/objects/", method="PUT", body=b"x").status == 404
    assert fetch(f"{slow}/elsewhere").status == 404


def test_it_ends_at_once_when_told_to_stop():
    port = free_port()
    with running(sys.executable, "external_resource.py", "--port", str(port)) as process:
        wait_for(lambda: fetch(f"http://127.0.0.1:{port}/healthz"))
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=1) == 0
