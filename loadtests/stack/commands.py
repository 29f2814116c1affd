"""The command line of every component of a local stack that is our own or the app's."""

import sys
from collections.abc import Sequence
from pathlib import Path

from loadtests import ROOT
from loadtests.stack.base import StackLayout, StackSpec
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import Command
from loadtests.workload.presets import WORKLOADS

APP = ROOT / "app_under_test"

#: What a web process of one thread is: gunicorn's sync class, but no slow client holds it up.
WEB_WORKER = "project.web_worker.BufferingWorker"


def external(layout: StackLayout, spec: StackSpec) -> Command:
    workload = WORKLOADS[spec.workload]
    return python(
        "external",
        layout,
        ("external_resource.py", "--port", layout.external_port, "--delay-s", workload.delay_s)
        + ("--delay-cv", workload.delay_cv, "--seed", spec.seed),
    )


def migrate(layout: StackLayout) -> Command:
    return python("migrate", layout, ("manage.py", "migrate", "--verbosity", "0"))


def baseline(layout: StackLayout, processes: int, seconds: float, output: Path, pictures: Sequence[Path]) -> Command:
    """Build the command that measures the baseline."""
    options = ("--processes", processes, "--seconds", seconds, "--output", output)
    return python("baseline", layout, ("manage.py", "baseline", *options, *pictures))


def web(layout: StackLayout, spec: StackSpec) -> Command:
    """The app's web server: N processes that do the work, or one that only accepts."""
    processes = 1 if spec.mode == "queue" else spec.workers
    return _gunicorn("web", layout, layout.web_port, processes, worker_class(spec.web_threads))


def control(layout: StackLayout) -> Command:
    """The same app behind a second listener, for the harness's own queries."""
    return _gunicorn("control", layout, layout.control_port, 1, ("--worker-class", "sync"))


def worker(layout: StackLayout, spec: StackSpec) -> Command:
    arguments = ("-A", "project", "worker", "--loglevel", "INFO", "--concurrency", spec.workers)
    # One node alone has nobody to greet; mingle would cost each start a second.
    quiet = ("--hostname", f"pictures@{HOST}", "--without-mingle", "--without-gossip")
    return python("worker", layout, ("-m", "celery", *arguments, *quiet))


def sweeper(layout: StackLayout) -> Command:
    """Build the command of the sweeper, which republishes lost pictures."""
    return python("sweeper", layout, ("manage.py", "sweep"))


def _gunicorn(name: str, layout: StackLayout, port: int, processes: int, how: tuple[object, ...]) -> Command:
    # A picture may take long, so silence is no reason to kill.
    return python(
        name,
        layout,
        ("-m", "gunicorn", "project.wsgi", "--bind", f"{HOST}:{port}", "--workers", processes)
        + (*how, "--preload", "--timeout", 600, "--graceful-timeout", 2)
        + ("--no-control-socket", "--name", f"queuelab-{name}"),
    )


def worker_class(threads: int) -> tuple[object, ...]:
    """How each web process takes connections: never one more than it can serve now, or it would wait there
    although another process idles. The app's own class sees to it by itself; gthread has to be told that it may have
    no more connections than threads, and none that is kept for later."""
    if threads == 1:
        return ("--worker-class", WEB_WORKER)
    return (
        ("--worker-class", "gthread", "--threads", threads)
        + ("--worker-connections", threads, "--keep-alive", 0)
    )  # fmt: skip


def python(name: str, layout: StackLayout, arguments: tuple[object, ...]) -> Command:
    argv = (sys.executable, *map(str, arguments))
    return Command(name=name, argv=argv, cwd=APP, env=inherited() | layout.environment)
