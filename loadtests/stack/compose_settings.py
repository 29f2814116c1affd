"""What a composed stack really is, asked of its live containers."""

import shutil
from pathlib import Path
from typing import Any

from loadtests.errors import StackError
from loadtests.stack.client import get_json
from loadtests.stack.commands import inherited
from loadtests.stack.compose_site import ComposeSite
from loadtests.stack.containers import Container, Engine
from loadtests.stack.effective import round_trip_s
from loadtests.stack.processes import Command, wait_until
from loadtests.stack.queue_length import Queue, open_queue
from loadtests.stack.rabbitmq_length import RabbitQueue

START_LIMIT_S = 120.0

#: How far the app's clock may be from this machine's: containers in a virtual machine have another one.
CLOCK_TOLERANCE_S = 0.25


def open_composed_queue(site: ComposeSite, engine: Engine, containers: list[Container]) -> Queue:
    """A connection to the broker; RabbitMQ's own Erlang, inside its container, tells what is in hand."""
    if site.spec.broker != "rabbitmq":
        return open_queue(site.broker_url)
    (rabbit,) = [one for one in containers if one.service == "rabbitmq"]
    argv = (shutil.which(engine.name) or engine.name, "exec", "--interactive", rabbit.id, "erl", "-sname", "asks")
    asker = Command(name="asker", argv=argv, cwd=Path.cwd(), env=inherited())
    return RabbitQueue(site.broker_url, "rabbit@rabbitmq", asker)


def composed_settings(site: ComposeSite, engine: Engine, containers: list[Container], queue: Queue) -> dict[str, Any]:
    """The settings in force, once every worker that was asked for is there; raises if one does not come."""
    settings = wait_until("A worker", lambda: _complete(site), check=lambda: None, timeout_s=START_LIMIT_S)
    _refuse_other_clock(settings.pop("now"), site)
    running = [one for one in containers if one.running]
    (web,) = [one for one in running if one.service == "web"]
    direct_s = round(round_trip_s(queue), 6)
    return settings | {
        "engine": engine.version(),
        "web": _web(engine, web),
        "broker_delay": {"direct_s": direct_s, "app_s": direct_s, "added_s": 0.0},
        "limits": {one.service: engine.limits(one) for one in running},
    }


def _complete(site: ComposeSite) -> dict[str, Any] | None:
    nodes = site.spec.workers if site.spec.mode == "queue" else 0
    url = f"{site.control_url}/config/"
    settings: dict[str, Any] = get_json(url, token=site.token, timeout_s=30.0, workers=nodes)
    return settings if len(settings["workers"]) >= nodes else None


def _refuse_other_clock(now: float, site: ComposeSite) -> None:
    apart_s = now - site.clock.now()
    if abs(apart_s) > CLOCK_TOLERANCE_S:
        raise StackError(
            f"The containers' clock is {apart_s:+.1f} s from this machine's: they run in a machine of their own, "
            "and times of both cannot be compared. Run the harness where the containers run, or the local stack."
        )


def _web(engine: Engine, web: Container) -> dict[str, Any]:
    """The front door's processes: a master that has the others for children."""
    processes = engine.processes(web)
    pids = {one["PID"] for one in processes}
    (master,) = [one for one in processes if one["PPID"] not in pids]
    options = " ".join(master.values()).split()
    return {
        "processes": len([one for one in processes if one["PPID"] == master["PID"]]),
        "worker_class": "gthread" if "gthread" in options else "sync",
        "threads": int(options[options.index("--threads") + 1]) if "--threads" in options else 1,
    }
