"""Whom load may be put on: this machine by itself, anybody else only if their name was written out."""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from loadtests.errors import TrialError

FLAG = "--allow-target"


def refuse_foreign(url: str | None, allowed: Collection[str]) -> None:
    """Raise unless the host of an address is allowed by name, or all that it stands for is loopback."""
    host = _host(url or "")
    if host in allowed:
        return
    addresses = _addresses(host)
    if not addresses or not all(ipaddress.ip_address(one).is_loopback for one in addresses):
        found = ", ".join(sorted(addresses)) or "no known address"
        raise TrialError(
            f"{host or url} ({found}) is not this machine's loopback, so no load is put on it. "
            f"If you may load it, say so by its name: {FLAG} {host or 'HOST'}."
        )


def _host(url: str) -> str:
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


def _addresses(host: str) -> set[str]:
    """Everything that a name stands for; a part of an address that names an interface is left out."""
    try:
        found = socket.getaddrinfo(host, None) if host else []
    except (OSError, UnicodeError):
        return set()
    return {str(entry[4][0]).partition("%")[0] for entry in found}
