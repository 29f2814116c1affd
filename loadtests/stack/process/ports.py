"""Finds free ports on loopback, and refuses listeners elsewhere."""

import contextlib
import ipaddress
import socket
from collections.abc import Iterator

import psutil

from loadtests.errors import StackError
from loadtests.stack.process.process_group import ProcessGroup

HOST = "127.0.0.1"


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def claim(port: int) -> int:
    """The port asked for, or any free one for 0; raises if it is in use."""
    if port == 0:
        return free_port()
    with socket.socket() as probe:
        # As the web server does, so that a port that is only cooling down after a stop counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise StackError(
                f"Port {port} on {HOST} cannot be used ({error}). "
                "Stop what listens there, or choose another: make up PORT=8001."
            ) from error
    return port


def refuse_exposed(group: ProcessGroup) -> None:
    """Raise if a component listens where another machine can reach it."""
    for name, child in group.children.items():
        for address in exposed(child.pid):
            raise StackError(
                f"{name} listens on {address} and not on {HOST} alone, so other machines can reach it. See {child.log}."
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
