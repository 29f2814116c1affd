"""The stack in containers: one that is started for a trial, and one that somebody else has started."""

import subprocess
import sys
from pathlib import Path

from loadtests import ROOT
from loadtests.errors import StackError
from loadtests.stack.base import Stack, StackSpec
from loadtests.stack.compose import cleanup
from loadtests.stack.compose.engine import Engine, Tools, find_tools
from loadtests.stack.compose.layout import ComposeLayout, attached_layout, new_compose_layout
from loadtests.stack.compose.live_settings import Watch, live_levels
from loadtests.stack.local.live_settings import verify
from loadtests.stack.process.process_group import TAIL_LINES, Command, ProcessGroup
from loadtests.stack.stack_file import StackInfo

FILE = ROOT / "docker-compose.yml"

#: How long an image may take to build where it is not there yet, and how long to start and to remove containers.
BUILD_LIMIT_S = 1200.0
UP_LIMIT_S = 180.0
DOWN_LIMIT_S = 120.0


class Launcher:
    """One project of docker-compose.yml, with logs of what compose said."""

    def __init__(self, layout: ComposeLayout, tools: Tools, logs: Path) -> None:
        self._layout, self._tools, self._logs = layout, tools, logs
        self._group = ProcessGroup(logs)
        self._keeper = self._keep()

    def up(self) -> None:
        """Build the image if the code has changed, and start every container."""
        spec = self._layout.spec
        profile = ("--profile", "rabbitmq") if spec.broker == "rabbitmq" else ()
        scale = ("--scale", f"worker={spec.workers}") if spec.mode == "queue" else ()
        # Built by name and each time: a stack of an image that is older than the code would measure that.
        self._run("compose-build", ("build", "web"), BUILD_LIMIT_S)
        up = (*profile, "up", "--detach", "--no-build", *scale, *self._layout.containers)
        self._run("compose-up", up, UP_LIMIT_S)

    def down(self, engine: Engine) -> None:
        """Keep the logs, then remove every container, network and volume."""
        try:
            self._group.close(grace_s=2.0)
            engine.keep_logs(self._logs)
        finally:
            assert self._keeper.stdin, "opened as a pipe"
            self._keeper.stdin.close()
            code = self._keeper.wait(DOWN_LIMIT_S)
        if code:
            raise StackError(f"The containers could not be removed. {self._tail('compose-down.log')}")

    def _keep(self) -> "subprocess.Popen[bytes]":
        """What ends the stack, also when this process is killed."""
        down = self._command("--profile", "rabbitmq", "down", "--volumes", "--remove-orphans", "--timeout", "5")
        with (self._logs / "compose-down.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", cleanup.__file__, self._tools.engine, self._layout.project, *down],
                cwd=ROOT,
                env=self._layout.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _run(self, name: str, words: tuple[str, ...], limit_s: float) -> None:
        """One command to its end. It is a child like others: it ends with this process, and not by Ctrl-C alone."""
        command = Command(name=name, argv=self._command(*words), cwd=ROOT, env=self._layout.environment)
        self._group.finish(self._group.start(command), limit_s)

    def _command(self, *words: str) -> tuple[str, ...]:
        return (*self._tools.compose, "--project-name", self._layout.project, "--file", str(FILE), *words)

    def _tail(self, name: str) -> str:
        lines = (self._logs / name).read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        return "\n    ".join([f"The end of {self._logs / name}:", *lines])


class AttachedStack(Stack):
    """A Compose stack that somebody else has started: watched here, and left up.

    spec.workers = 0 takes what there is; otherwise the stack must be what the trial asks for.
    """

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        super().__init__(spec, directory, logs)
        self._watch: Watch | None = None

    def start(self) -> StackInfo:
        """Find the stack, ask it what it is, and begin to sample it."""
        layout = attached_layout(self.spec)
        engine = Engine(find_tools().engine, layout.project)
        if not engine.containers():
            raise StackError(f"No container of {layout.project} is running. Start them: docker compose up -d.")
        return self._begin(Watch(layout, engine, self.directory))

    def check(self) -> None:
        """Raise if a container has ended, or if nobody samples the stack any more."""
        if self._watch:
            self._watch.check()

    def _begin(self, watch: Watch) -> StackInfo:
        self._watch = watch
        self._open.callback(watch.close)
        watch.wait()
        settings = watch.settings()
        if not self.spec.workers:
            return watch.start(live_levels(settings, self.spec), settings)
        verify(settings, self.spec)
        return watch.start(self.spec, settings)


class ComposeStack(AttachedStack):
    """A Compose stack of its own project, which ends with it."""

    def start(self) -> StackInfo:
        """Build what is not there, start every container, wait until each is ready, verify what really runs."""
        tools, layout = find_tools(), new_compose_layout(self.spec)
        engine = Engine(tools.engine, layout.project)
        launcher = Launcher(layout, tools, self.logs)
        self._open.callback(launcher.down, engine)
        launcher.up()
        return self._begin(Watch(layout, engine, self.directory))
