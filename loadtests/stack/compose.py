"""The stack in containers, as docker-compose.yml describes it, through the compose command that the machine has."""

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import psutil

from loadtests.errors import StackError
from loadtests.lock import exclusive
from loadtests.stack import keeper
from loadtests.stack.client import reachable
from loadtests.stack.compose_settings import composed_settings, open_composed_queue
from loadtests.stack.compose_site import ComposeSite, new_compose_site
from loadtests.stack.containers import Container, Engine, find_tools
from loadtests.stack.info import OBSERVATIONS, ROOT, StackInfo, alive_lock
from loadtests.stack.meters import CgroupMeter
from loadtests.stack.observer import Observer, View
from loadtests.stack.processes import TAIL_LINES, wait_until
from loadtests.stack.queue_length import Queue
from loadtests.stack.settings import verify
from loadtests.stack.site import StackSpec

#: How long an image may take to build, where it is not there yet, and a stack to be ready.
BUILD_LIMIT_S = 1200.0
START_LIMIT_S = 180.0
DOWN_LIMIT_S = 120.0

#: How often the engine is asked whether every container still runs: each answer costs it some 50 ms of a core.
CHECK_PERIOD_S = 5.0

#: A component of the harness's for each service.
COMPONENTS = {"db": "database", "redis": "broker", "rabbitmq": "broker"}


class ComposeStack:
    """Runs from `start` to `stop`; as a context manager it stops whatever happens inside."""

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        self.spec = spec
        self.directory, self.logs = directory.resolve(), logs.resolve()
        self._alive = exclusive(alive_lock(self.directory), f"Another stack runs in {self.directory}.")
        self._keeper: subprocess.Popen[bytes] | None = None
        self._engine: Engine | None = None
        self._queue: Queue | None = None
        self._observer: Observer | None = None
        self._checked_at = 0.0

    def __enter__(self) -> StackInfo:
        self._alive.__enter__()
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> StackInfo:
        """Build what is not there, start every container, wait until each is ready, verify what really runs."""
        tools, site = find_tools(), new_compose_site(self.spec)
        self.logs.mkdir(parents=True, exist_ok=True)
        self._engine = Engine(tools.engine, site.project)
        self._keeper = self._keep(site, tools.compose)
        profile = ("--profile", "rabbitmq") if self.spec.broker == "rabbitmq" else ()
        scale = ("--scale", f"worker={self.spec.workers}") if self.spec.mode == "queue" else ()
        # Built by name and each time: a stack of an image that is older than the code would measure that.
        self._compose(site, tools.compose, ("build", "web"), BUILD_LIMIT_S)
        up = ("up", "--detach", "--no-build", *scale, *site.containers)
        self._compose(site, (*tools.compose, *profile), up, START_LIMIT_S)
        for what, url in (("The app", site.url), ("The app's control listener", site.control_url)):
            self._wait_for(what, url)
        return self._info(site, self._engine)

    def check(self) -> None:
        """Raise if a container has ended, or if nobody samples the stack any more."""
        if self._observer and not self._observer.is_alive():
            raise StackError(f"The stack is not sampled any more: {self._observer.failure}.")
        if self._engine and time.monotonic() > self._checked_at + CHECK_PERIOD_S:
            self._checked_at = time.monotonic()
            for container in self._engine.containers():
                if not container.running and container.service != "migrate":
                    tail = self._engine.tail(container, TAIL_LINES)
                    raise StackError(f"The container of {container.service} has ended. The end of its log:\n{tail}")

    def stop(self) -> None:
        """Keep the logs, then end and remove every container, network and volume."""
        if self._observer:
            self._observer.stop()
        if self._queue:
            self._queue.close()
        if self._keeper:
            self._end(self._keeper)
        self._observer = self._queue = self._keeper = self._engine = None
        self._alive.__exit__(None, None, None)

    def _keep(self, site: ComposeSite, compose: tuple[str, ...]) -> subprocess.Popen[bytes]:
        """What ends the stack, also when this process is killed."""
        down = (*self._command(site, (*compose, "--profile", "rabbitmq")), "down", "--volumes", "--timeout", "5")
        with (self.logs / "compose-down.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, *down],
                cwd=ROOT,
                env=site.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _end(self, kept: "subprocess.Popen[bytes]") -> None:
        try:
            if self._engine:
                self._engine.keep_logs(self.logs)
        finally:
            assert kept.stdin, "opened as a pipe"
            kept.stdin.close()
            if kept.wait(DOWN_LIMIT_S):
                log = (self.logs / "compose-down.log").read_text(errors="replace")
                raise StackError(f"The containers could not be removed:\n{log}")

    def _compose(self, site: ComposeSite, compose: tuple[str, ...], words: tuple[str, ...], limit_s: float) -> None:
        log = self.logs / "compose.log"
        with log.open("ab") as out:
            done = subprocess.run(
                [*self._command(site, compose), *words],
                cwd=ROOT,
                env=site.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=limit_s,
                # Ctrl-C is this process's business: a compose command that is interrupted leaves halves behind.
                start_new_session=True,
            )
        if done.returncode:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
            raise StackError(f"The containers could not be started. The end of {log}:\n{tail}")

    def _command(self, site: ComposeSite, compose: tuple[str, ...]) -> tuple[str, ...]:
        # The same file twice names it: options of the command come before its verb.
        tool = compose[:2] if compose[:2] == ("docker", "compose") else compose[:1]
        return (
            *tool,
            "--project-name",
            site.project,
            "--file",
            str(ROOT / "docker-compose.yml"),
            *compose[len(tool) :],
        )

    def _wait_for(self, what: str, url: str) -> None:
        wait_until(what, lambda: reachable(f"{url}/healthz"), check=self.check, timeout_s=START_LIMIT_S)

    def _info(self, site: ComposeSite, engine: Engine) -> StackInfo:
        containers = engine.containers()
        self._queue = open_composed_queue(site, engine, containers)
        settings = composed_settings(site, engine, containers, self._queue)
        verify(settings, self.spec)
        self._observer = self._observe(site, containers, self._queue)
        return StackInfo(
            **self.spec.levels(),
            url=site.url,
            control_url=site.control_url,
            token=site.token,
            clock_offset_ns=site.clock.offset_ns,
            directory=str(self.directory),
            supervisor_pid=psutil.Process().pid,
            pids={f"{one.service}-{n}": one.pid for n, one in enumerate(containers)},
            settings=settings,
        )

    def _observe(self, site: ComposeSite, containers: list[Container], queue: Queue) -> Observer:
        view = View(
            observations=self.directory / OBSERVATIONS,
            control_url=site.control_url,
            token=site.token,
            clock=site.clock,
        )
        by_name: dict[str, list[Container]] = {}
        for one in containers:
            if one.running:
                by_name.setdefault(COMPONENTS.get(one.service, one.service), []).append(one)
        meters = {name: CgroupMeter([one.pid for one in several]) for name, several in by_name.items()}
        observer = Observer(view, queue if self.spec.mode == "queue" else None, meters)
        observer.start()
        return observer
