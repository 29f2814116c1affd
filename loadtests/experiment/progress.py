"""Shows the progress of an experiment on stderr: a bar on a terminal, lines elsewhere."""

import time
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


class TrialProgress(AbstractContextManager["TrialProgress"]):
    """Counts the trials of one experiment. expected_s is a first guess of the length of one."""

    def __init__(self, total: int, done: int, expected_s: float) -> None:
        self._console = Console(stderr=True, highlight=False)
        self.total, self._done = total, done
        self._expected_s = expected_s
        self._measured_s: list[float] = []
        self._began_at = 0.0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=total, completed=done, left="")

    def __enter__(self) -> "TrialProgress":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, name: str) -> None:
        self._began_at = time.monotonic()
        self._bar.update(self._task, description=name, left=self._left())
        if not self._console.is_terminal:
            self.say(f"[{self._done + 1}/{self.total}] {name}: measuring; {self._left()}")

    def end(self, name: str, outcome: str) -> None:
        self._measured_s.append(time.monotonic() - self._began_at)
        self._done += 1
        self._bar.update(self._task, completed=self._done, left=self._left())
        self.say(f"[{self._done}/{self.total}] {name}: {outcome} ({self._measured_s[-1]:.0f} s)")

    def extend(self, trials: int) -> None:
        """Add trials to the total."""
        self.total += trials
        self._bar.update(self._task, total=self.total)

    def say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)

    @property
    def trial_s(self) -> float:
        """How long one trial takes [s]: the mean of those measured so far, or the first guess."""
        return sum(self._measured_s) / len(self._measured_s) if self._measured_s else self._expected_s

    def _left(self) -> str:
        """Format the remaining time."""
        # A search may need more trials than one usually does.
        left_s = round(self.trial_s * max(0, self.total - self._done))
        return f"about {left_s // 60} min {left_s % 60:02d} s left"
