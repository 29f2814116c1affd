"""Asks a local stack's live processes for the settings in force."""

import itertools
import time
from typing import Any

import kombu
import psutil
from kombu.utils.url import maybe_sanitize_url

from loadtests.errors import StackError
from loadtests.format import amount
from loadtests.planning.configuration import Configuration
from loadtests.stack.app_client import get_json
from loadtests.stack.base import StackLayout
from loadtests.stack.process.process_group import START_LIMIT_S, ProcessGroup, wait_until
from loadtests.stack.services.backing_services import BackingServices
from loadtests.stack.services.queue_depth import Queue, RedisQueue, open_queue

#: What a server calls itself, for each level of a factor that names one; a level "url" takes any.
BROKER_SERVERS = {"redis": ("valkey", "redis"), "rabbitmq": ("rabbitmq",)}
DATABASE_VENDORS = {"sqlite": "sqlite", "postgres": "postgresql"}

#: How far the measured way to the broker may be from the one asked for: the proxy's own work, and a busy machine.
DELAY_TOLERANCE_S = 0.003


def verify(settings: dict[str, Any], levels: Configuration) -> None:
    """Raise unless the live stack is what the trial asked for.

    A setting that never reached the process it was meant for is the commonest way to publish a wrong number.
    """
    expected = [*_processes(settings, levels), *_servers(settings, levels)]
    wrong = [f"{what}: asked for {asked}, found {found}" for what, asked, found in expected if asked != found]
    if not settings["broker"].get("version"):
        wrong.append("broker version: unknown")
    if abs(added := settings["broker_delay"]["added_s"] - 2 * levels.broker_delay_s) > DELAY_TOLERANCE_S:
        wrong.append(f"way to the broker and back: {added * 1000:+.1f} ms off")
    if wrong:
        raise StackError("The running stack differs from what was asked for. " + "; ".join(wrong) + ".")


def at_one_broker(settings: dict[str, Any], address: str | None = None) -> dict[str, Any]:
    """The settings without the broker's address, once the app and every worker are at the one given, or at the same.

    Elsewhere they would take the messages of another project. Only the check needs the address: results are shared.
    """
    broker, nodes = dict(settings["broker"]), [dict(node) for node in settings["workers"]]
    found = {"The app": broker.pop("address", None)} | {node["name"]: node.pop("broker", None) for node in nodes}
    asked = address or found["The app"]
    for who, where in found.items():
        if where != asked:
            raise StackError(
                f"{who} is connected to the broker {where}, and not to {asked}, which this stack must use."
            )
    return settings | {"broker": broker, "workers": nodes}


def _processes(settings: dict[str, Any], levels: Configuration) -> list[tuple[str, object, object]]:
    queue, nodes = levels.mode == "queue", settings["workers"]
    expected: list[tuple[str, object, object]] = [
        ("web processes", 1 if queue else levels.workers, settings["web"]["processes"]),
        ("threads of a web process", levels.web_threads, settings["web"]["threads"]),
        ("Celery pool processes", levels.workers if queue else 0, sum(node["processes"] for node in nodes)),
    ]
    for node in nodes:
        expected += [
            (f"prefetch multiplier of {node['name']}", levels.prefetch_multiplier, node["prefetch_multiplier"]),
            (f"late acknowledgement of {node['name']}", levels.profile == "safe", node["acks_late"]),
            (f"pool of {node['name']}", "celery.concurrency.prefork:TaskPool", node["pool"]),
            (f"queue type of {node['name']}", levels.queue_type, node["queue_type"]),
        ]
    return expected


def _servers(settings: dict[str, Any], levels: Configuration) -> list[tuple[str, object, object]]:
    server, vendor = settings["broker"].get("server"), settings["database"]["vendor"]
    found = levels.broker if server in BROKER_SERVERS.get(levels.broker, (server,)) else server
    # Only a private Redis is asked when it writes to disk.
    written = settings["broker"].get("append_only", levels.append_only)
    return [
        ("profile", levels.profile, settings["profile"]),
        ("broker", levels.broker, found),
        ("the broker's append-only file", levels.append_only, written),
        ("database", DATABASE_VENDORS.get(levels.database, vendor), vendor),
    ]


#: Queries with little patience, before those that give a busy worker time to answer.
BRIEF_QUESTIONS = 20

#: Round trips to the broker of which the median is taken.
ROUND_TRIPS = 9


def effective_settings(layout: StackLayout, group: ProcessGroup, services: BackingServices) -> dict[str, Any]:
    """The settings in force, once every process that was asked for is there; raises if one does not come."""
    nodes = 1 if layout.levels.mode == "queue" else 0
    # A worker that does not listen yet never hears the query, so the first ones do not wait for long.
    brief = itertools.chain([True] * BRIEF_QUESTIONS, itertools.repeat(False))
    address = broker_address(layout.app_broker_url)
    settings = wait_until(
        f"The Celery worker, at the broker {address},",
        lambda: app_settings(layout.control_url, layout.token, nodes, address=address, brief=next(brief)),
        check=group.check,
        timeout_s=START_LIMIT_S,
    )
    assert services.queue, "the services were started"
    del settings["now"]
    if layout.levels.broker == "redis" and isinstance(services.queue, RedisQueue):
        settings["broker"]["append_only"] = services.queue.append_only()
    return settings | {
        "web": _web(layout, group),
        "broker_delay": _broker_delay(layout, services.queue),
    }


def app_settings(
    control_url: str, token: str, nodes: int, *, address: str | None = None, brief: bool = False
) -> dict[str, Any] | None:
    """What the live app and its workers say they are; None until that many worker nodes answer."""
    settings = ask_settings(control_url, token, nodes, address=address, brief=brief)
    return settings if len(settings["workers"]) >= nodes else None


def ask_settings(
    control_url: str, token: str, nodes: int, *, address: str | None = None, brief: bool = False
) -> dict[str, Any]:
    """What the live app and its workers say they are, as soon as that many nodes have answered, or after a while.

    Raises StackError if one of them is at another broker than the one whose address is given, or than the others.
    """
    how = {"brief": "1"} if brief else {}
    settings: dict[str, Any] = get_json(f"{control_url}/config/", token=token, timeout_s=30.0, workers=nodes, **how)
    return at_one_broker(settings, address)


def broker_address(url: str) -> str:
    """Where a URL leads, in the words in which the app tells where it is connected: without user and password."""
    about = kombu.Connection(url).info()
    if several := about["alternates"]:
        return ";".join(map(maybe_sanitize_url, several))
    host = maybe_sanitize_url(about["hostname"])
    return f"{about['transport']}://{host}:{about['port']}/{about['virtual_host']}"


def _web(layout: StackLayout, group: ProcessGroup) -> dict[str, Any]:
    """The web server's processes, once they are as many as asked for; gunicorn starts them one by one, and the
    first one already answers."""
    asked = 1 if layout.levels.mode == "queue" else layout.levels.workers
    what = amount(asked, "process")
    master = psutil.Process(group.children["web"].pid)

    def enough() -> int | None:
        count = len(master.children())
        return count if count >= asked else None

    count = wait_until(f"The web server, of {what},", enough, check=group.check, timeout_s=START_LIMIT_S)
    options = master.cmdline()
    return {
        "processes": count,
        "worker_class": options[options.index("--worker-class") + 1],
        "threads": int(options[options.index("--threads") + 1]) if "--threads" in options else 1,
    }


def _broker_delay(layout: StackLayout, direct: Queue) -> dict[str, float]:
    """How long a query to the broker takes, directly and the way that the app goes, in seconds."""
    through = open_queue(layout.app_broker_url)
    try:
        direct_s, through_s = round_trip_s(direct), round_trip_s(through)
    finally:
        through.close()
    return {"direct_s": round(direct_s, 6), "app_s": round(through_s, 6), "added_s": round(through_s - direct_s, 6)}


def round_trip_s(queue: Queue) -> float:
    """The quickest of some [s]: a busy machine makes any of them slower, and none quicker."""
    queue.round_trip()  # The first one opens the connection.
    times = []
    for _ in range(ROUND_TRIPS):
        began = time.monotonic()
        queue.round_trip()
        times.append(time.monotonic() - began)
    return min(times)
