"""Ports on loopback, the only interface that anything here listens on."""

import socket

from loadtests.errors import StackError

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that was free a moment ago."""
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
