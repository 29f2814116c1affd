"""What a stack must be, held against what its live processes say they are. Pure."""

from typing import Any

from loadtests.errors import StackError
from loadtests.planning.configuration import Configuration

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
        wrong.append("broker version: not to be read")
    if abs(added := settings["broker_delay"]["added_s"] - 2 * levels.broker_delay_s) > DELAY_TOLERANCE_S:
        wrong.append(f"way to the broker and back: {added * 1000:+.1f} ms off")
    if wrong:
        raise StackError("The live stack is not what was asked for. " + "; ".join(wrong) + ".")


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
                f"{who} is connected to the broker {where}, and not to {asked}, which this stack is to use."
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
