"""What every kind of stack has in common: it runs from start to stop, and stops whatever happens in between."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from loadtests.file_lock import exclusive
from loadtests.stack.site import StackSpec
from loadtests.stack.stack_file import StackInfo, alive_lock


class Stack(ABC):
    """A stack as a context manager.

    directory takes data and secrets and may go with the stack; logs are worth keeping. What is started registers
    its end in `_open`, which runs the ends in reverse order.
    """

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        self.spec = spec
        self.directory, self.logs = directory.resolve(), logs.resolve()
        self._open = ExitStack()

    def __enter__(self) -> StackInfo:
        self._open.enter_context(exclusive(alive_lock(self.directory), f"Another stack runs in {self.directory}."))
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> StackInfo:
        """Start every component, wait until each is ready, and verify what is really running."""

    @abstractmethod
    def check(self) -> None:
        """Raise if a component has ended, or if nobody samples the stack any more."""

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the components that are processes of this machine; none in containers."""
        return {}

    @property
    def events(self) -> list[dict[str, Any]]:
        """What has died and was started again, and when; only a local stack does that."""
        return []

    def stop(self) -> None:
        """End everything that was started here."""
        self._open.close()
