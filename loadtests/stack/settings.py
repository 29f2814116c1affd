"""What a stack must be, held against what its live processes say they are. Pure."""

from typing import Any

from loadtests.errors import StackError


def verify(settings: dict[str, Any], *, mode: str, workers: int, web_processes: int) -> None:
    """Raise unless the live stack is what the trial asked for.

    A setting that never reached the process it was meant for is the commonest way to publish a wrong number.
    """
    nodes = settings["workers"]
    pool_processes = sum(node["processes"] for node in nodes)
    expected: list[tuple[str, object, object]] = [
        ("web processes", 1 if mode == "queue" else workers, web_processes),
        ("Celery pool processes", workers if mode == "queue" else 0, pool_processes),
    ]
    for node in nodes:
        expected += [
            (f"prefetch multiplier of {node['name']}", 1, node["prefetch_multiplier"]),
            (f"late acknowledgement of {node['name']}", True, node["acks_late"]),
            (f"pool of {node['name']}", "celery.concurrency.prefork:TaskPool", node["pool"]),
        ]
    wrong = [f"{what}: asked for {asked}, found {found}" for what, asked, found in expected if asked != found]
    if not settings["broker"].get("version"):
        wrong.append("broker version: not to be read")
    if wrong:
        raise StackError("The live stack is not what was asked for. " + "; ".join(wrong) + ".")
