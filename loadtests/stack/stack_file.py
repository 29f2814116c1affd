"""The file stack.json, by which others find a running stack."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.files import complete, held
from loadtests.planning.configuration import Configuration

#: What the sampler of a stack writes, in the stack's directory.
OBSERVATIONS = "observations.csv"

#: Where the load process says, in the stack's directory, when it begins to measure.
LOAD_PHASES = "load.json"


@dataclass(frozen=True)
class Home:
    """The files of the stack that a person started."""

    folder: Path

    @property
    def stack_file(self) -> Path:
        return self.folder / "stack.json"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def supervisor_log(self) -> Path:
        return self.folder / "supervisor.log"


@dataclass(frozen=True, kw_only=True)
class StackInfo(Configuration):
    """URLs, secrets, levels and effective settings of one running stack.

    control_url is a second listener of the same app: the harness sends its own queries there, so they never queue
    behind uploads.
    """

    url: str
    control_url: str
    token: str
    clock_offset_ns: int
    directory: str
    supervisor_pid: int
    pids: dict[str, int]
    settings: dict[str, Any]

    @property
    def clock(self) -> Clock:
        return Clock(self.clock_offset_ns)

    @property
    def observations(self) -> Path:
        return Path(self.directory) / OBSERVATIONS

    def write(self, path: Path) -> None:
        """Leave the file for the owner's eyes alone: it holds the token and the broker's password."""
        with complete(path) as partial:
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def read_info(path: Path) -> StackInfo:
    """Read a running stack's file; raise if no stack is running."""
    try:
        info = StackInfo(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise StackError("No stack is running. Start one first: make up MODE=queue WORKERS=2.") from None
    except (ValueError, TypeError) as error:
        raise StackError(f"{path} is not a stack file ({error}). Remove it and start the stack again.") from error
    if not running(info):
        raise StackError(f"The stack of {path} has stopped; its logs are in {info.directory}. Start another: make up.")
    return info


def running(info: StackInfo) -> bool:
    """Whether the process that keeps the stack up is there; its id alone could be another's by now."""
    return held(alive_lock(Path(info.directory)))


def alive_lock(directory: Path) -> Path:
    """The file that is locked as long as the process that keeps the stack up lives."""
    return directory / "alive"
