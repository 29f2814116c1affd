"""The settings that are really in force, asked of the live broker, database and workers."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.utils.url import maybe_sanitize_url

from pictures.processing import JPEG_QUALITY, SIZES
from project import clock
from project.access import token_required
from project.broker import BROKER_ERRORS
from project.problems import problem

#: How long a worker may take to answer. Only waited for in full when fewer workers answer than expected.
REPLY_TIMEOUT_S = 2.0
#: How long to listen when no worker is expected, or when whoever asks will ask again.
SILENCE_S = 0.3


@require_safe
@token_required
def config(request: HttpRequest) -> JsonResponse:
    """Everything about the running app that can change what a measurement means."""
    expected = request.GET.get("workers", "1")
    if not expected.isdecimal():
        return problem(400, "bad_workers", "workers must be the number of worker nodes to wait for.")
    brief = "brief" in request.GET
    try:
        live = {"broker": _broker(), "workers": _workers(int(expected), brief)}
    except BROKER_ERRORS:
        return problem(503, "queue_unavailable", "The broker does not answer, so the workers cannot be asked.")
    return JsonResponse(
        {
            "now": clock.now(),
            "versions": _versions(),
            "profile": settings.QUEUE_PROFILE,
            "database": _database(),
            **live,
            "pictures": {"variants": SIZES, "quality": JPEG_QUALITY},
            "external_resource_url": settings.EXTERNAL_RESOURCE_URL,
        }
    )


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("django", "celery", "kombu", "pillow")}
    return {"python": platform.python_version(), **packages}


def _database() -> dict[str, str]:
    about = {"vendor": connection.vendor, "version": ".".join(map(str, connection.get_database_version()))}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for setting in ("journal_mode", "synchronous", "busy_timeout"):
                about[setting] = str(cursor.execute(f"PRAGMA {setting}").fetchone()[0])
    return about


def _broker() -> dict[str, str]:
    """What serves the queue, in its own words."""
    with current_app.connection_for_read() as broker:
        about = {"transport": broker.transport.driver_type, "address": _address(broker.info())}
        if about["transport"] == "redis":
            return about | _redis_server(broker.as_uri(include_password=True))
        properties = broker.connection.server_properties
    return about | {"server": properties["product"].lower(), "version": properties["version"]}


def _address(connection: Mapping[str, Any]) -> str:
    """Where a connection to a broker leads, without user and password."""
    if several := connection["alternates"]:
        return ";".join(map(maybe_sanitize_url, several))
    host = maybe_sanitize_url(connection["hostname"])
    return f"{connection['transport']}://{host}:{connection['port']}/{connection['virtual_host']}"


def _redis_server(url: str) -> dict[str, str]:
    client = redis.Redis.from_url(url, socket_timeout=REPLY_TIMEOUT_S, socket_connect_timeout=REPLY_TIMEOUT_S)
    with client:
        info = client.info("server")
    # Valkey also gives the version of Redis that it is compatible with.
    server = "valkey" if "valkey_version" in info else "redis"
    return {"server": server, "version": str(info[f"{server}_version"])}


def _workers(expected: int, brief: bool) -> list[dict[str, Any]]:
    """The live worker nodes by name. The answer is there as soon as the expected number has replied."""
    timeout = REPLY_TIMEOUT_S if expected and not brief else SILENCE_S
    stats = current_app.control.inspect(timeout=timeout, limit=expected or None).stats() or {}
    if not stats:
        return []
    confs = current_app.control.inspect(list(stats), timeout=timeout).conf(with_defaults=True) or {}
    return [_worker(name, stats[name], confs.get(name, {})) for name in sorted(stats)]


def _worker(name: str, stats: Mapping[str, Any], conf: dict[str, Any]) -> dict[str, Any]:
    pool = stats["pool"]
    return {
        "name": name,
        "pid": stats["pid"],
        "broker": _address(stats["broker"]),
        "pool": pool["implementation"],
        "pids": pool.get("processes", []),
        "processes": len(pool.get("processes", [])),
        "concurrency": pool.get("max-concurrency"),
        "prefetch_count": stats["prefetch_count"],
        "prefetch_multiplier": conf.get("worker_prefetch_multiplier"),
        "acks_late": conf.get("task_acks_late"),
        "queue_type": conf.get("task_default_queue_type"),
        "reject_on_worker_lost": conf.get("task_reject_on_worker_lost"),
    }
