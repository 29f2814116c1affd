"""The command line of every component of a local stack that is ours or the app's."""

import sys
from collections.abc import Sequence
from pathlib import Path

from loadtests import ROOT
from loadtests.stack.base import Site, StackSpec
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import Command
from loadtests.workload.presets import WORKLOADS

APP = ROOT / "app_under_test"

#: What a web process of one thread is: gunicorn's sync class, but no slow client holds it up.
WEB_WORKER = "project.web_worker.PatientWorker"


def external(site: Site, spec: StackSpec) -> Command:
    workload = WORKLOADS[spec.workload]
    return python(
        "external",
        site,
        ("external_resource.py", "--port", site.external_port, "--delay-s", workload.delay_s)
        + ("--delay-cv", workload.delay_cv, "--seed", spec.seed),
    )


def migrate(site: Site) -> Command:
    return python("migrate", site, ("manage.py", "migrate", "--verbosity", "0"))


def bare_work(site: Site, processes: int, seconds: float, output: Path, pictures: Sequence[Path]) -> Command:
    """The picture work alone, without the app around it."""
    options = ("--processes", processes, "--seconds", seconds, "--output", output)
    return python("bare", site, ("manage.py", "bare_work", *options, *pictures))


def web(site: Site, spec: StackSpec) -> Command:
    """The app's front door: N processes that do the work, or one that only accepts."""
    processes = 1 if spec.mode == "queue" else spec.workers
    return _gunicorn("web", site, site.web_port, processes, worker_class(spec.web_threads))


def control(site: Site) -> Command:
    """The same app behind a listener of its own, for the harness's questions."""
    return _gunicorn("control", site, site.control_port, 1, ("--worker-class", "sync"))


def worker(site: Site, spec: StackSpec) -> Command:
    arguments = ("-A", "project", "worker", "--loglevel", "INFO", "--concurrency", spec.workers)
    # One node alone has nobody to greet; mingle would cost each start a second.
    quiet = ("--hostname", f"pictures@{HOST}", "--without-mingle", "--without-gossip")
    return python("worker", site, ("-m", "celery", *arguments, *quiet))


def sweeper(site: Site) -> Command:
    """What looks for pictures whose message was lost."""
    return python("sweeper", site, ("manage.py", "sweep"))


def _gunicorn(name: str, site: Site, port: int, processes: int, how: tuple[object, ...]) -> Command:
    # A picture may take long, so silence is no reason to kill.
    return python(
        name,
        site,
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


def python(name: str, site: Site, arguments: tuple[object, ...]) -> Command:
    argv = (sys.executable, *map(str, arguments))
    return Command(name=name, argv=argv, cwd=APP, env=inherited() | site.environment)
