"""What a local stack really is, asked of its live processes."""

import itertools
import time
from typing import Any

import kombu
import psutil
from kombu.utils.url import maybe_sanitize_url

from loadtests.format import amount
from loadtests.stack.app_client import get_json
from loadtests.stack.process.process_group import START_LIMIT_S, Family, wait_until
from loadtests.stack.services.backing_services import Ground
from loadtests.stack.services.queue_depth import Queue, RedisQueue, open_queue
from loadtests.stack.settings import at_one_broker
from loadtests.stack.site import Site

#: Questions with little patience, before those that give a busy worker time to answer.
BRIEF_QUESTIONS = 20

#: Round trips to the broker of which the median is taken.
ROUND_TRIPS = 9


def effective_settings(site: Site, family: Family, ground: Ground) -> dict[str, Any]:
    """The settings in force, once every process that was asked for is there; raises if one does not come."""
    nodes = 1 if site.levels.mode == "queue" else 0
    # A worker that does not listen yet never hears the question, so the first ones do not wait for long.
    brief = itertools.chain([True] * BRIEF_QUESTIONS, itertools.repeat(False))
    address = broker_address(site.app_broker_url)
    settings = wait_until(
        f"The Celery worker, at the broker {address},",
        lambda: app_settings(site.control_url, site.token, nodes, address=address, brief=next(brief)),
        check=family.check,
        timeout_s=START_LIMIT_S,
    )
    assert ground.queue, "the ground was started"
    del settings["now"]
    if site.levels.broker == "redis" and isinstance(ground.queue, RedisQueue):
        settings["broker"]["append_only"] = ground.queue.append_only()
    return settings | {
        "web": _web(site, family),
        "broker_delay": _broker_delay(site, ground.queue),
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
    told: dict[str, Any] = get_json(f"{control_url}/config/", token=token, timeout_s=30.0, workers=nodes, **how)
    return at_one_broker(told, address)


def broker_address(url: str) -> str:
    """Where a URL leads, in the words in which the app tells where it is connected: without user and password."""
    about = kombu.Connection(url).info()
    if several := about["alternates"]:
        return ";".join(map(maybe_sanitize_url, several))
    host = maybe_sanitize_url(about["hostname"])
    return f"{about['transport']}://{host}:{about['port']}/{about['virtual_host']}"


def _web(site: Site, family: Family) -> dict[str, Any]:
    """The front door's processes, once they are as many as asked for; gunicorn starts them one by one, and the
    first one already answers."""
    asked = 1 if site.levels.mode == "queue" else site.levels.workers
    what = amount(asked, "process")
    master = psutil.Process(family.children["web"].pid)

    def enough() -> int | None:
        count = len(master.children())
        return count if count >= asked else None

    count = wait_until(f"The web server, of {what},", enough, check=family.check, timeout_s=START_LIMIT_S)
    options = master.cmdline()
    return {
        "processes": count,
        "worker_class": options[options.index("--worker-class") + 1],
        "threads": int(options[options.index("--threads") + 1]) if "--threads" in options else 1,
    }


def _broker_delay(site: Site, direct: Queue) -> dict[str, float]:
    """How long a question to the broker takes, directly and the way that the app goes, in seconds."""
    through = open_queue(site.app_broker_url)
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
