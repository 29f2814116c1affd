"""What a stack's processes really listen on: loopback, or where another machine can reach it."""

import contextlib
import ipaddress
from collections.abc import Iterator

import psutil

from loadtests.errors import StackError
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import Family


def refuse_exposed(family: Family) -> None:
    """Raise if a component listens where another machine can reach it."""
    for name, child in family.children.items():
        for address in exposed(child.pid):
            raise StackError(
                f"{name} listens on {address} and not on {HOST} alone, so others can reach it. It was told otherwise: "
                f"see {child.log}."
            )


def exposed(pid: int) -> Iterator[str]:
    """Addresses beyond loopback on which a process or a descendant of it listens."""
    for process in _tree(pid):
        # One that has ended meanwhile listens on nothing.
        with contextlib.suppress(psutil.NoSuchProcess):
            yield from (
                f"{connection.laddr.ip} port {connection.laddr.port}"
                for connection in process.net_connections("tcp")
                if connection.status == psutil.CONN_LISTEN and not is_loopback(connection.laddr.ip)
            )


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def is_loopback(ip: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    address = ipaddress.ip_address(ip)
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
