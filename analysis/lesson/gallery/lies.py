"""Six ways to lie with an experiment's own raw rows, each beside what the same rows say in full. Pure."""

from collections.abc import Callable, Mapping, Sequence

from analysis.data.model import Trial
from analysis.lesson.gallery.lies_of_queues import closed_loop, submitted, survivors
from analysis.lesson.gallery.misleading import best_of, mean_only, truncated
from analysis.lesson.gallery.panels_merged import Lie

#: In the order of the gallery; each takes the trials and their verdicts by name.
TELLERS: Sequence[Callable[[Sequence[Trial], Mapping[str, str]], Lie | None]] = (
    *(mean_only, closed_loop, submitted),
    *(survivors, truncated, best_of),
)


def lies(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> list[Lie]:
    """Those that this experiment allows; each needs a cell in which something can be hidden."""
    told = [tell(trials, verdicts) for tell in TELLERS]
    return [lie for lie in told if lie]
