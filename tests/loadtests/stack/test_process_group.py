"""Children that end, that do not want to end, and whose starter is killed. All real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from loadtests.errors import QueuelabError, StackError
from loadtests.files import exclusive
from loadtests.stack.process.process_group import Command, ProcessGroup, uninterrupted, wait_until

#: Refuses to end when asked, and has a child that refuses too.
STUBBORN = textwrap.dedent("""
    import os, signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("grandchild" if os.fork() == 0 else "child", flush=True)
    time.sleep(60)
""")

#: Starts the stubborn child as a stack would, and then does nothing.
STARTER = textwrap.dedent("""
    import os, sys, time
    from pathlib import Path
    from loadtests.stack.process.process_group import Command, ProcessGroup
    folder, code = Path(sys.argv[1]), sys.argv[2]
    argv = (sys.executable, "-c", code)
    child = ProcessGroup(folder).start(Command(name="child", argv=argv, cwd=folder, env=dict(os.environ)))
    (folder / "pid").write_text(str(child.pid))
    time.sleep(60)
""")


def command(code, name="child", cwd="."):
    return Command(name=name, argv=(sys.executable, "-c", code), cwd=cwd, env=dict(os.environ))


def says(child, word):
    wait_until(word, lambda: word in child.log.read_text() or None, check=lambda: None, timeout_s=20)


def group_members(pgid):
    members = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == pgid and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return members


@pytest.fixture
def group(tmp_path):
    group = ProcessGroup(tmp_path)
    yield group
    group.close(grace_s=0.2)


def test_a_child_that_ends_is_named_with_its_last_lines(group):
    child = group.start(command("print('out of cheese'); raise SystemExit(3)", name="web"))
    child.process.wait(10)

    with pytest.raises(StackError, match=r"web ended with exit code 3(.|\n)*out of cheese"):
        group.check()


def test_a_command_that_fails_is_an_error_and_one_that_works_is_not(group):
    group.finish(group.start(command("print('fine')")), timeout_s=20)
    with pytest.raises(StackError, match=r"migrate failed \(exit code 1\)(.|\n)*no such table"):
        group.finish(group.start(command("raise SystemExit('no such table')", name="migrate")), timeout_s=20)


def test_a_child_that_refuses_to_end_is_killed_with_its_children(group):
    child = group.start(command(STUBBORN))
    says(child, "grandchild")
    group.stop(("child",), grace_s=0.3)

    assert group_members(child.pid) == []
    assert group.children == {}


@pytest.mark.stack
def test_the_children_of_a_killed_starter_are_ended(tmp_path):
    """SIGKILL leaves the starter no time to clean up; the watchdog does it."""
    process = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path), STUBBORN], start_new_session=True)
    log = tmp_path / "child.log"
    started = lambda: (log.exists() and "grandchild" in log.read_text()) or None  # noqa: E731
    wait_until("child", started, check=lambda: None, timeout_s=20)
    pgid = int((tmp_path / "pid").read_text())
    assert group_members(pgid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while group_members(pgid) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert group_members(pgid) == []


def test_a_signal_between_two_steps_comes_after_both():
    done = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("both steps")
        done.append("never")

    assert done == ["both steps"]


def test_a_folder_has_one_user_at_a_time(tmp_path):
    lock = tmp_path / "lock"
    with (
        exclusive(lock, "taken"),
        pytest.raises(QueuelabError, match="taken"),
        exclusive(lock, "taken"),
    ):
        pass
    with exclusive(lock, "taken"):
        pass


def test_waiting_ends_with_a_sentence():
    with pytest.raises(StackError, match=r"The broker was not ready within 0.1 s"):
        wait_until("The broker", lambda: None, check=lambda: None, timeout_s=0.1)
