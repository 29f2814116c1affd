"""The stack in containers: one that is started for a trial, and one that somebody else has started."""

from pathlib import Path

from loadtests.errors import StackError
from loadtests.stack.base import Stack
from loadtests.stack.compose.compose_launcher import Launcher
from loadtests.stack.compose.compose_watch import Watch
from loadtests.stack.compose.engine import Engine, find_tools
from loadtests.stack.compose.layout import attached_site, new_compose_site
from loadtests.stack.compose.live_settings import live_levels
from loadtests.stack.settings import verify
from loadtests.stack.site import StackSpec
from loadtests.stack.stack_file import StackInfo


class AttachedStack(Stack):
    """A composed stack that somebody else has started: watched here, and left up.

    spec.workers = 0 takes what there is; otherwise the stack must be what the trial asks for.
    """

    def __init__(self, spec: StackSpec, directory: Path, logs: Path) -> None:
        super().__init__(spec, directory, logs)
        self._watch: Watch | None = None

    def start(self) -> StackInfo:
        """Find the stack, ask it what it is, and begin to sample it."""
        site = attached_site(self.spec)
        engine = Engine(find_tools().engine, site.project)
        if not engine.containers():
            raise StackError(f"No container of the project {site.project} is up. Start them: docker compose up -d.")
        return self._begin(Watch(site, engine, self.directory))

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
    """A composed stack of its own project, which ends with it."""

    def start(self) -> StackInfo:
        """Build what is not there, start every container, wait until each is ready, verify what really runs."""
        tools, site = find_tools(), new_compose_site(self.spec)
        engine = Engine(tools.engine, site.project)
        launcher = Launcher(site, tools, self.logs)
        self._open.callback(launcher.down, engine)
        launcher.up()
        return self._begin(Watch(site, engine, self.directory))
