"""What a composed stack really is, asked of its live containers."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.planning.configuration import Configuration
from loadtests.stack.compose.engine import Container, Engine
from loadtests.stack.compose.layout import ComposeSite
from loadtests.stack.live_settings import app_settings
from loadtests.stack.process.environment import engine_inherited
from loadtests.stack.process.process_group import START_LIMIT_S, Command, wait_until
from loadtests.stack.services.queue_depth import Queue, open_queue
from loadtests.stack.services.rabbitmq_length import RabbitQueue
from loadtests.stack.stack_file import ROOT

#: How far the app's clock may be from this machine's: containers in a virtual machine have another one.
CLOCK_TOLERANCE_S = 0.25


def open_composed_queue(site: ComposeSite, engine: Engine, containers: list[Container], broker: str) -> Queue:
    """A connection to a broker; RabbitMQ's own Erlang, inside its container, tells what is in hand."""
    url = site.broker_url(broker)
    if broker != "rabbitmq":
        return open_queue(url)
    (rabbit,) = [one for one in containers if one.service == "rabbitmq"]
    argv = (shutil.which(engine.name) or engine.name, "exec", "--interactive", rabbit.id, "erl", "-sname", "asks")
    return RabbitQueue(url, "rabbit@rabbitmq", Command(name="asker", argv=argv, cwd=ROOT, env=engine_inherited()))


def composed_settings(site: ComposeSite, engine: Engine, containers: list[Container]) -> dict[str, Any]:
    """The settings in force, once the node of every worker's container answers; raises if one does not."""
    nodes = len([one for one in containers if one.service == "worker"])
    what = f"Every one of {nodes} worker containers, at the broker that the app uses,"
    settings = wait_until(
        what,
        lambda: app_settings(site.control_url, site.token, nodes),
        check=lambda: None,
        timeout_s=START_LIMIT_S,
    )
    refuse_other_clock(settings.pop("now"), site.clock)
    (web,) = [one for one in containers if one.service == "web"]
    return settings | {
        "engine": engine.version(),
        "web": _web(engine, web),
        "limits": {one.service: engine.limits(one) for one in containers},
    }


def broker_of(settings: dict[str, Any]) -> str:
    """Which broker the app really uses."""
    return "rabbitmq" if settings["broker"]["server"] == "rabbitmq" else "redis"


def live_levels(settings: dict[str, Any], asked: Configuration) -> Configuration:
    """What a stack is that somebody else has started; the mode and the workload are the person's to say."""
    nodes = settings["workers"]
    return replace(
        asked,
        workers=sum(node["processes"] for node in nodes) if asked.mode == "queue" else settings["web"]["processes"],
        broker=broker_of(settings),
        queue_type=nodes[0]["queue_type"] if nodes else "classic",
        database={"postgresql": "postgres"}.get(settings["database"]["vendor"], settings["database"]["vendor"]),
        web_threads=settings["web"]["threads"],
        prefetch=nodes[0]["prefetch_multiplier"] if nodes else 1,
        profile=settings["profile"],
    )


def refuse_other_clock(now: float, clock: Clock) -> None:
    """Raise if the app's clock is not the one that the load is timed by."""
    apart_s = now - clock.now()
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
    # gunicorn takes its options from there as well, where no list of processes shows them.
    options = engine.environment(web).get("GUNICORN_CMD_ARGS", "").split()
    return web_settings(len([one for one in processes if one["PPID"] == master["PID"]]), options)


def web_settings(processes: int, options: Sequence[str]) -> dict[str, Any]:
    """The front door as it runs with some options of gunicorn's."""
    return {
        "processes": processes,
        "worker_class": options[options.index("--worker-class") + 1] if "--worker-class" in options else "sync",
        "threads": int(options[options.index("--threads") + 1]) if "--threads" in options else 1,
    }
