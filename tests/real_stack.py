"""What tests of real processes share: running the project's own commands, and counting what is left."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]

#: What the command line of a component of ours contains.
COMPONENTS = (
    *("valkey-server", "redis-server", "gunicorn", "celery", "external_resource.py", "locust", "watchdog.py"),
    *("beam.smp", "epmd", "postgres", "delay_proxy.py"),
)


#: A folder's name with all that a shell, a server's configuration or a pattern could take for something else.
ODD = 'Jane Doe\'s odd [a]*? "$HOME" \\ `id` é'


def environment():
    """This environment without what configures Locust or the app."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("LOCUST_", "DJANGO_", "CELERY_"))}


def run(*arguments, timeout_s=120, **popen):
    """A command of the project, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        **popen,
    )


def components_in(folder):
    """Processes of a stack that lives in a folder, found by their open files, directories and command lines."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            words = " ".join(process.cmdline())
            ours = any(name in words for name in COMPONENTS)
            if ours and any(str(folder) in place for place in (words, process.cwd(), str(process.environ()))):
                found.append(words)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(true, limit_s=60.0):
    """Wait until something is so."""
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, "did not become true in time"
        time.sleep(0.05)
