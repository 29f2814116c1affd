"""What a component really listens on is looked at."""

import os
import sys

import pytest

from loadtests.errors import StackError
from loadtests.stack.process.ports import exposed, is_loopback, refuse_exposed
from loadtests.stack.process.process_group import Command, ProcessGroup, wait_until

LISTEN = """
import socket, sys, time
server = socket.create_server((sys.argv[1], 0))
print(server.getsockname()[1], flush=True)
time.sleep(60)
"""


@pytest.fixture
def listening(tmp_path):
    """Starts a component that listens somewhere; the family, and the port."""
    group = ProcessGroup(tmp_path)

    def start(host):
        argv = (sys.executable, "-c", LISTEN, host)
        child = group.start(Command(name="broker", argv=argv, cwd=tmp_path, env=dict(os.environ)))
        port = wait_until("It", lambda: child.log.read_text() or None, check=group.check, timeout_s=20)
        return group, port.strip()

    yield start
    group.close(grace_s=1)


def test_a_component_that_others_can_reach_is_refused_with_its_address(listening):
    group, port = listening("0.0.0.0")

    with pytest.raises(StackError, match=rf"^broker listens on 0\.0\.0\.0 port {port} and not on 127\.0\.0\.1 alone"):
        refuse_exposed(group)


def test_loopback_is_no_exposure(listening):
    group, _ = listening("127.0.0.1")

    refuse_exposed(group)


@pytest.mark.parametrize(
    ("ip", "alone"),
    [
        *(("127.0.0.1", True), ("127.0.0.53", True), ("::1", True), ("::ffff:127.0.0.1", True)),
        *(("0.0.0.0", False), ("::", False), ("::ffff:0.0.0.0", False), ("192.168.1.4", False), ("fe80::1", False)),
    ],
)
def test_every_interface_and_every_other_address_is_one(ip, alone):
    assert is_loopback(ip) is alone


def test_a_process_that_has_ended_listens_on_nothing(listening):
    group, _ = listening("0.0.0.0")
    child = group.children["broker"]
    group.stop(("broker",), grace_s=5)

    assert list(exposed(child.pid)) == []
