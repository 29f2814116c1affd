"""A composed stack as the tests drive it: with the commands that a person types."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from loadtests.stack.compose.engine import Tools
from tests.app_under_test.running_app import TOKEN, RunningApp, fetch, wait_for
from tests.real_stack import ROOT

#: How long a stack may take to be ready, and one command to end. A slow machine gets it.
READY_LIMIT_S = 120.0
COMMAND_LIMIT_S = 300.0


@dataclass
class Composed:
    """One project: its own containers, network, volumes, ports and further settings."""

    tools: Tools
    project: str
    env_file: Path
    ports: dict[str, int]
    settings: dict[str, str] = field(default_factory=dict)
    workers: int = 1
    profiles: tuple[str, ...] = ()
    seen: set[int] = field(default_factory=set)

    @property
    def app(self) -> RunningApp:
        """The web server; its processes are not ours to hold."""
        return RunningApp(url=f"http://127.0.0.1:{self.ports['PORT']}", worker=None, env={})

    def up(self, workers: int = 1) -> None:
        self.workers = workers
        # podman-compose takes --scale for one service and sets all others to one: where two scale, settings say it.
        scale = () if "locust" in self.profiles else ("--scale", f"worker={workers}")
        self.compose("up", "--detach", *scale)
        wait_for(lambda: self.app.get("/healthz").status == 200, limit_s=READY_LIMIT_S)
        wait_for(lambda: self.ask("/healthz").status == 200, limit_s=READY_LIMIT_S)
        wait_for(lambda: len(self.config()["workers"]) == workers, limit_s=READY_LIMIT_S)
        self.seen |= self.processes()

    def down(self) -> None:
        self.seen |= self.processes()
        self.compose("--profile", "rabbitmq", "--profile", "locust", "--profile", "flower", "down", "--volumes")

    def config(self) -> Any:
        """The effective settings, asked through the harness's own listener."""
        return self.ask(f"/config/?workers={self.workers}").json

    def ask(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.ports['CONTROL_PORT']}{path}"
        return fetch(url, headers={"Authorization": f"Bearer {TOKEN}"})

    def compose(self, *words: str) -> str:
        profiles = [part for name in self.profiles for part in ("--profile", name)]
        where = ("--project-name", self.project, "--env-file", str(self.env_file))
        settings = {name: str(port) for name, port in self.ports.items()} | self.settings
        env = os.environ | settings | {"EXPORT_TOKEN": TOKEN, "WORKERS": str(self.workers)}
        return _output([*self.tools.compose, *where, *profiles, *words], env)

    def containers(self) -> list[dict[str, Any]]:
        """All that the engine knows of each container, the ended ones too."""
        ids = self._engine("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.project}")
        return json.loads(self._engine("inspect", *ids.split())) if ids.split() else []

    def running(self) -> dict[str, str]:
        """The id of every running container by its name."""
        return {one["Name"].lstrip("/"): one["Id"] for one in self.containers() if one["State"]["Running"]}

    def stop_one(self, service: str) -> None:
        """End one container of a service, as a person would."""
        self._engine("stop", next(one for name, one in self.running().items() if service == name.split("_")[-2]))

    def execute(self, container: str, *command: str) -> str:
        return self._engine("exec", container, *command)

    def is_healthy(self, container: str) -> bool:
        """What its health check says. Podman without systemd runs none unless told to."""
        if self.tools.engine == "podman":
            return subprocess.run(["podman", "healthcheck", "run", container], capture_output=True).returncode == 0
        return self._engine("inspect", "--format", "{{.State.Health.Status}}", container).strip() == "healthy"

    def processes(self) -> set[int]:
        """The host's processes that are the containers' or look after them."""
        firsts = {one["State"]["Pid"] for one in self.containers()} - {0}
        names = {self.project, *self.running().values()}
        keepers = {one.pid for one in psutil.process_iter(["cmdline"]) if _mentions(one, names)}
        return firsts | keepers - {os.getpid()}

    def left(self) -> dict[str, Any]:
        """What is there although everything was brought down."""
        listed = {
            kind: [name for name in self._engine(kind, "ls", "--format", "{{.Name}}").split() if self.project in name]
            for kind in ("network", "volume")
        }
        return {"containers": [one["Name"] for one in self.containers()], **listed, "processes": self._alive()}

    def _alive(self) -> list[int]:
        """Processes seen before that do not end; what looks after a container ends a moment after it."""
        deadline = time.monotonic() + 10
        while (alive := [pid for pid in self.seen if psutil.pid_exists(pid)]) and time.monotonic() < deadline:
            time.sleep(0.1)
        return alive

    def _engine(self, *words: str) -> str:
        return _output([self.tools.engine, *words], os.environ)


def _mentions(process: psutil.Process, names: set[str]) -> bool:
    words = " ".join(process.info["cmdline"] or ())
    return any(name in words for name in names) and "compose" not in words


def _output(command: list[str], env: Any) -> str:
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=COMMAND_LIMIT_S)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
