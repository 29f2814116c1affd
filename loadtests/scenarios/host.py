"""Which host this is: the clock of a trial is that of one host."""

import uuid
from pathlib import Path
from typing import Any

from loadtests.machine.provenance import machine
from loadtests.stack.compose.network import in_network

#: Made anew at every start of a Linux kernel, and the same in all of its containers.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def host_id() -> str:
    """The same for every process that shares this host's monotonic clock, and for no other."""
    return BOOT_ID.read_text(encoding="utf-8").strip() if BOOT_ID.exists() else f"{uuid.getnode():012x}"


def known_machine() -> dict[str, Any] | None:
    """This host; None in a container, where some of it looks otherwise."""
    return None if in_network() else machine()
