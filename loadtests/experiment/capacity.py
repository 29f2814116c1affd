"""Searches for the capacity of every cell of a plan that has a goal, trial by trial, each kept on disk."""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from loadtests.errors import TrialError
from loadtests.experiment.capacity_search import Answer, Lengths, Outcome, Step, search
from loadtests.experiment.drain import drained_rate
from loadtests.experiment.progress import Trials
from loadtests.experiment.trial import TrialSetup
from loadtests.format import amount
from loadtests.machine.noise import MOST_NOISY
from loadtests.planning.configuration import Cell
from loadtests.planning.estimate import USUAL_TRIALS
from loadtests.planning.experiment import Experiment, Goal
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import goal_outcome, noisy_trials, predicted_rates
from loadtests.recording.result_folder import PARTIAL

CAPACITY = "capacity.csv"
COLUMNS = ("clock", "share", "limit_s", "passed", "failed", "predicted", "drained", "reason", "trials", "measured_s")

#: Nothing is tried beyond so many times what the bare work allows, nor at first below such a share of it.
BEYOND, SLOWEST_SHARE = 2.0, 0.05

Measure = Callable[[TrialSetup], None]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search ended with: its cell, answer, trials and measured seconds.

    predicted: the rate that the work alone allows; drained: the raw maximum of the workers, None if nobody could hold
    them; both in pictures/s.
    """

    cell: Cell
    predicted: float
    drained: float | None
    answer: Answer
    trials: int
    measured_s: float


@dataclass(frozen=True, kw_only=True)
class Searcher:
    """What every search of an experiment shares; `measure` makes one trial, finished when it returns."""

    experiment: Experiment
    goal: Goal
    folder: Path
    pictures: Path | None
    cores: int
    progress: Trials
    measure: Measure

    def find_all(self) -> None:
        """One search after the other, in an order that the seed decides; each that ends is a row of capacity.csv."""
        cells = self.experiment.cells()
        found: list[Found] = []
        for cell in random.Random(f"{self.experiment.seed}/order").sample(cells, len(cells)):
            found.append(self._found(cell))
            _write(self.folder / CAPACITY, self.goal, found)
            self.progress.say(f"{cell.mode}, {amount(cell.workers, 'worker')}: {_told(found[-1].answer)}")

    def _found(self, cell: Cell) -> Found:
        """Search for the capacity of one cell; trials that are there are not measured again."""
        predicted, most = predicted_rates(self.folder, cell, self.goal, self.cores)
        lengths = Lengths(probe_s=self.goal.probe_s, confirm_s=self.goal.confirm_s, longest_s=self.goal.longest_s)
        start = max(predicted / 2, most * SLOWEST_SHARE)
        steps = search(start, highest=BEYOND * most, lengths=lengths, most_trials=self.goal.most_trials)
        asked: list[Step] = []
        try:
            asked.append(next(steps))
            while True:
                asked.append(steps.send(self._outcome(cell, asked[-1], len(asked))))
        except StopIteration as end:
            self.progress.extend(len(asked) - USUAL_TRIALS)
            measured_s = sum(step.measure_s for step in asked)
            return Found(
                cell=cell,
                predicted=predicted,
                drained=self._drained(cell, most),
                answer=end.value,
                trials=len(asked),
                measured_s=measured_s,
            )

    def _drained(self, cell: Cell, expected_rate: float) -> float | None:
        """Only processes of our own can be held, and in sync there is no queue to empty."""
        if cell.mode != "queue" or cell.stack != "local":
            return None
        experiment, trial = self.experiment.step(cell, 0, 1.0)
        trial = replace(trial, name=f"drain-{trial.name.removesuffix('-r0')}")
        setup = TrialSetup(experiment=experiment, trial=trial, folder=self.folder, pictures=self.pictures)
        return drained_rate(setup, expected_rate)

    def _outcome(self, cell: Cell, step: Step, number: int) -> Outcome:
        """What the trial of one step says; where the machine or the load generator had a hiccup, what a second says."""
        experiment, trial = self.experiment.step(replace(cell, offered_rate=step.rate), number, step.measure_s)
        setup = TrialSetup(experiment=experiment, trial=trial, folder=self.folder, pictures=self.pictures)
        said = self._said(setup)
        if said in ("noisy", Outcome.INVALID):
            said = self._said(replace(setup, trial=trial.again()))
        return Outcome.UNDECIDED if said == "noisy" else Outcome(said)

    def _said(self, setup: TrialSetup) -> str:
        name, step = setup.trial.name, (setup.trial.cell.offered_rate, setup.experiment.phases.measure_s)
        if not result_folder.is_step(self.folder, name, *step):
            result_folder.discard(self.folder, name)
            self.measure(setup)
        # Where the machine is noisy all the time, nothing would ever be decided: then noise only stands in the report,
        # and the goal is judged as if nobody had listened.
        noisy, finished = noisy_trials(self.folder), result_folder.finished_trials(self.folder)
        if name in noisy and len(noisy) <= max(1, MOST_NOISY * len(finished)):
            return "noisy"
        try:
            return goal_outcome(self.folder / name, self.goal)
        except TrialError:
            # The same command measures it anew.
            result_folder.discard(self.folder, name)
            raise


def _told(answer: Answer) -> str:
    low = "no rate keeps the goal" if answer.passed is None else f"{answer.passed:.3g} pictures/s keep the goal"
    high = "how many do not is open" if answer.failed is None else f"{answer.failed:.3g} do not"
    return f"{low}, {high}. {answer.reason}"


def _write(path: Path, goal: Goal, found: list[Found]) -> None:
    partial = path.with_name(path.name + PARTIAL)
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        levels = list(found[0].cell.levels())
        writer.writerow([*levels, *COLUMNS])
        for each in found:
            answer = each.answer
            rates = (
                "" if rate is None else f"{rate:.6g}"
                for rate in (answer.passed, answer.failed, each.predicted, each.drained)
            )
            what = (goal.clock, goal.share, goal.limit_s, *rates, answer.reason, each.trials, f"{each.measured_s:g}")
            writer.writerow([*each.cell.levels().values(), *what])
    partial.rename(path)
