"""Finds the stack that a test puts its load on."""

import shutil
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from loadtests.machine.provenance import machine
from loadtests.scenarios.options import Options
from loadtests.stack.base import StackSpec
from loadtests.stack.compose.network import URL, NetworkStack, in_network
from loadtests.stack.stack_file import Home, StackInfo, read_info


def host(stack_file: Path) -> str:
    """The URL that Locust shows before a test; raises if there is no stack."""
    return URL if in_network() else read_info(stack_file).url


class StackLookup:
    """The stack that has left its file, or, within a Compose network, whatever is up there at the time."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._network: NetworkStack | None = None

    def find(self, options: Options) -> StackInfo:
        """The stack as it is now. In a network its file is written, for the load workers to find it by."""
        if not in_network():
            return read_info(options.stack)
        assert options.mode and options.workload, "asked for in a network"
        home = Home(options.stack.parent)
        spec = StackSpec(mode=options.mode, workers=0, workload=options.workload, stack="attached", seed=0)
        # Another user may own the containers the next time.
        self._open.callback(shutil.rmtree, home.run, ignore_errors=True)
        self._network = NetworkStack(spec, home.run, home.logs)
        info = self._open.enter_context(self._network)
        self._open.callback(options.stack.unlink, missing_ok=True)
        info.write(options.stack)
        return info

    def check(self) -> None:
        """Raise if the stack of this network is not any more what it was when it was found."""
        if self._network:
            self._network.check()

    def release(self) -> None:
        self._open.close()
        self._network = None


#: Made anew at every start of a Linux kernel, and the same in all of its containers.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def host_id() -> str:
    """The same for every process that shares this host's monotonic clock, and for no other."""
    return BOOT_ID.read_text(encoding="utf-8").strip() if BOOT_ID.exists() else f"{uuid.getnode():012x}"


def known_machine() -> dict[str, Any] | None:
    """This host; None in a container, where some of it looks otherwise."""
    return None if in_network() else machine()
