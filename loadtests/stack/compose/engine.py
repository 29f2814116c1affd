"""The containers of one Compose stack, through the commands that the machine has."""

import contextlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from loadtests import ROOT
from loadtests.errors import StackError

#: How long an engine may take for one answer.
ENGINE_LIMIT_S = 60.0

#: Both engines print one line per container: its id, its first process, whether it runs, and its service.
INSPECTED = '{{.Id}} {{.State.Pid}} {{.State.Running}} {{index .Config.Labels "com.docker.compose.service"}}'


@dataclass(frozen=True)
class Tools:
    """The compose command and the engine behind it."""

    compose: tuple[str, ...]
    engine: str


@dataclass(frozen=True)
class Container:
    """One container. pid is that of its first process as its engine sees it; 0 once it has ended."""

    id: str
    pid: int
    running: bool
    service: str


def find_tools() -> Tools:
    """Docker's compose if an engine answers, else podman's; raises if there is neither."""
    if shutil.which("docker") and _succeeds("docker", "info"):
        if _succeeds("docker", "compose", "version"):
            return Tools(("docker", "compose"), "docker")
        if shutil.which("docker-compose"):
            return Tools(("docker-compose",), "docker")
    if shutil.which("podman") and (compose := _podman_compose()):
        return Tools((compose,), "podman")
    raise StackError(
        "No container tool was found: neither Docker with its compose and a running engine, nor podman with "
        "podman-compose. Install one of them, or use the local stack."
    )


def _podman_compose() -> str | None:
    """From the PATH, or from the environment that runs this, which need not be on it."""
    beside = ROOT / ".venv" / "bin" / "podman-compose"
    return shutil.which("podman-compose") or (str(beside) if beside.exists() else None)


def _succeeds(*command: str) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(command, capture_output=True, timeout=ENGINE_LIMIT_S).returncode == 0
    return False


class Engine:
    """Asks one engine about the containers of one project."""

    def __init__(self, engine: str, project: str) -> None:
        self.name, self._project = engine, project

    def version(self) -> str:
        return self.ask("--version").strip()

    def containers(self) -> list[Container]:
        label = f"label=com.docker.compose.project={self._project}"
        ids = self.ask("ps", "--all", "--quiet", "--no-trunc", "--filter", label).split()
        lines = self.ask("inspect", "--format", INSPECTED, *ids).splitlines() if ids else []
        found = [line.split(maxsplit=3) for line in lines]
        return [Container(id_, int(pid), running == "true", service) for id_, pid, running, service in found]

    def processes(self, container: Container) -> list[dict[str, str]]:
        """Every process of a container by the engine's own columns, PID, PPID and the command among them."""
        head, *rows = self.ask("top", container.id).splitlines()
        names = head.split()
        return [dict(zip(names, row.split(maxsplit=len(names) - 1), strict=False)) for row in rows]

    def environment(self, container: Container) -> dict[str, str]:
        """The variables that a container was started with."""
        pairs: list[str] = json.loads(self.ask("inspect", "--format", "{{json .Config.Env}}", container.id))
        return dict(pair.split("=", 1) for pair in pairs)

    def limits(self, container: Container) -> dict[str, float]:
        """The processors and the bytes of memory that a container may use; 0 is no limit."""
        found = json.loads(self.ask("inspect", "--format", "{{json .HostConfig}}", container.id))
        quota, period = found.get("CpuQuota") or 0, found.get("CpuPeriod") or 100_000
        cpus = (found.get("NanoCpus") or 0) / 1e9 or quota / period
        return {"cpus": cpus, "memory_bytes": found.get("Memory") or 0}

    def keep_logs(self, folder: Path) -> None:
        """Write what every container has said into a file of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        for n, container in enumerate(self.containers()):
            with (folder / f"{container.service}-{n}.log").open("wb") as log:
                command = [self.name, "logs", container.id]
                subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, timeout=ENGINE_LIMIT_S)

    def tail(self, container: Container, lines: int) -> str:
        said = subprocess.run(
            [self.name, "logs", "--tail", str(lines), container.id],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=ENGINE_LIMIT_S,
        ).stdout
        return "\n".join(f"    {line}" for line in said.splitlines()) or "    (empty)"

    def ask(self, *arguments: str) -> str:
        command = [self.name, *arguments]
        answer = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=ENGINE_LIMIT_S
        )
        if answer.returncode:
            raise StackError(f"{' '.join(command[:2])} failed: {answer.stderr.strip()}")
        return answer.stdout
