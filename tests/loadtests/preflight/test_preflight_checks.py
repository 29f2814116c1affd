"""What makes the preflight red, and what it says then."""

import fcntl
import socket

import pytest

from loadtests.preflight import checks
from loadtests.preflight.checks import PACKAGES, leftover, line, locked, measuring, port_is_free


@pytest.mark.parametrize(
    ("green", "red"),
    [
        (checks.on_cores(2), checks.on_cores(1)),
        (checks.on_memory(1.0), checks.on_memory(0.9)),
        (checks.on_disk(1.0), checks.on_disk(0.9)),
        (checks.on_others(25.0), checks.on_others(26.0)),
        (checks.on_power(True), checks.on_power(False)),
        (checks.on_power(None), checks.on_power(False)),
        (checks.on_heat((89.0, 90.0)), checks.on_heat((90.0, 90.0))),
        (checks.on_heat(None), checks.on_heat((95.0, 90.0))),
        (checks.on_clock(-0.1), checks.on_clock(-0.2)),
    ],
)
def test_each_reading_is_green_up_to_its_limit_and_red_beyond(green, red):
    assert green.good
    assert not red.good


def test_a_red_line_ends_with_what_to_do_and_a_green_one_does_not():
    assert line(checks.on_power(False)) == (
        "RED  power: on battery. To fix it: plug it in: on battery a laptop slows down"
    )
    assert line(checks.on_power(True)) == "ok   power: plugged in"


def test_a_package_that_is_missing_or_in_another_version_is_named():
    versions = {"celery": "5.7.0", "django": "4.2", "numpy": None, "unlocked": "1"}

    check = checks.on_packages(versions, {"celery": ["5.7.0"], "django": ["5.2", "6.0"], "numpy": ["2"]}, "3.11.7")

    assert not check.good
    assert "django, numpy not as locked" in check.found


def test_every_package_that_is_looked_at_is_in_the_lock_file():
    assert [name for name in PACKAGES if name not in locked()] == []


def test_a_port_on_which_somebody_listens_is_red():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        taken = port_is_free(port, "stop it")

    assert not taken.good
    assert port_is_free(port, "stop it").good


def test_no_stack_is_left_over_where_there_is_none(tmp_path):
    assert leftover(tmp_path / "stack.json").good


def test_a_measurement_that_goes_on_is_named_and_one_that_has_ended_is_not(tmp_path):
    lock = tmp_path / ".demo.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        check = measuring(tmp_path)

    assert not check.good
    assert check.found == "demo"
    assert measuring(tmp_path).good
