"""Searches for the capacity of every cell of a plan that has a goal, and measures how fast workers empty a queue."""

import csv
import itertools
import os
import random
import shutil
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from loadtests.errors import TrialError
from loadtests.experiment.capacity_search import CapacityBounds, Lengths, Outcome, Step, search
from loadtests.experiment.progress import TrialProgress
from loadtests.experiment.trial import TrialSetup, new_stack, spec_of
from loadtests.files import complete
from loadtests.format import amount
from loadtests.machine.noise import MOST_NOISY
from loadtests.planning.configuration import Cell
from loadtests.planning.estimate import USUAL_TRIALS
from loadtests.planning.experiment import Experiment, Goal
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import goal_outcome, noisy_trials, predicted_rates
from loadtests.stack.app_client import get, get_json, post
from loadtests.stack.process.process_group import wait_until
from loadtests.stack.stack_file import StackInfo
from loadtests.workload import pictures
from loadtests.workload.pictures import payloads
from loadtests.workload.presets import WORKLOADS

CAPACITY = "capacity.csv"
COLUMNS = ("clock", "share", "limit_s", "passed", "failed", "predicted", "drained", "reason", "trials", "measured_s")

#: Nothing is tried beyond so many times what the baseline allows, nor at first below such a share of it.
BEYOND, SLOWEST_SHARE = 2.0, 0.05

Measure = Callable[[TrialSetup], None]


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """The result of one search.

    predicted: the rate that the work alone allows; drained: the raw maximum of the workers, None if nobody could hold
    them; both in pictures/s.
    """

    cell: Cell
    predicted: float
    drained: float | None
    answer: CapacityBounds
    trials: int
    measured_s: float


@dataclass(frozen=True, kw_only=True)
class Searcher:
    """Searches every cell of an experiment; `measure` runs one trial."""

    experiment: Experiment
    goal: Goal
    folder: Path
    pictures: Path | None
    cores: int
    progress: TrialProgress
    measure: Measure

    def find_all(self) -> None:
        """Run all searches in seeded order; write each result to capacity.csv."""
        cells = self.experiment.cells()
        found: list[SearchResult] = []
        for cell in random.Random(f"{self.experiment.seed}/order").sample(cells, len(cells)):
            found.append(self._search(cell))
            _write(self.folder / CAPACITY, self.goal, found)
            self.progress.say(f"{cell.mode}, {amount(cell.workers, 'worker')}: {_describe(found[-1].answer)}")

    def _search(self, cell: Cell) -> SearchResult:
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
            return SearchResult(
                cell=cell,
                predicted=predicted,
                drained=self._drained(cell, most),
                answer=end.value,
                trials=len(asked),
                measured_s=measured_s,
            )

    def _drained(self, cell: Cell, expected_rate: float) -> float | None:
        """Measure the drain rate of a local stack in mode queue; None otherwise."""
        if cell.mode != "queue" or cell.stack != "local":
            return None
        experiment, trial = self.experiment.step(cell, 0, 1.0)
        trial = replace(trial, name=f"drain-{trial.name.removesuffix('-r0')}")
        setup = TrialSetup(experiment=experiment, trial=trial, folder=self.folder, pictures=self.pictures)
        return drained_rate(setup, expected_rate)

    def _outcome(self, cell: Cell, step: Step, number: int) -> Outcome:
        """Return the outcome of one step, rerun once if the first trial was noisy or invalid."""
        experiment, trial = self.experiment.step(replace(cell, offered_rate=step.rate), number, step.measure_s)
        setup = TrialSetup(experiment=experiment, trial=trial, folder=self.folder, pictures=self.pictures)
        vote = self._vote(setup)
        if vote in ("noisy", Outcome.INVALID):
            vote = self._vote(replace(setup, trial=trial.rerun()))
        return Outcome.UNDECIDED if vote == "noisy" else Outcome(vote)

    def _vote(self, setup: TrialSetup) -> str:
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


def _describe(answer: CapacityBounds) -> str:
    low = "no rate meets the goal" if answer.passed is None else f"{answer.passed:.3g} pictures/s meets the goal"
    high = "no upper bound found" if answer.failed is None else f"{answer.failed:.3g} does not"
    return f"{low}, {high}. {answer.reason}"


def _write(path: Path, goal: Goal, found: list[SearchResult]) -> None:
    with complete(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
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


#: So many seconds of work are queued, and so many pictures at least for each worker.
DRAIN_WORK_S, DRAIN_ROUNDS = 10.0, 6

#: The last pictures find workers idle, so the time to the last hundredth is not counted.
DRAIN_SHARE = 0.99

DRAIN_LIMIT_S, DRAIN_UPLOAD_LIMIT_S = 120.0, 30.0


def drained_rate(setup: TrialSetup, expected_rate: float) -> float:
    """Queue pictures while the workers are suspended, resume them, and return their rate [pictures/s].

    The finish stamps are kept in a file beside the trials; one that is there is not measured again.
    """
    kept = setup.folder / f"{setup.trial.name}.csv"
    if not kept.exists():
        _write_stamps(
            kept, _drain(setup, max(int(DRAIN_WORK_S * expected_rate), DRAIN_ROUNDS * setup.trial.cell.workers))
        )
    with kept.open(newline="", encoding="utf-8") as file:
        return rate_of([float(row["finished_at"]) for row in csv.DictReader(file)], setup.trial.cell.workers)


def rate_of(finished_at: list[float], workers: int) -> float:
    """Pictures per second from when as many are finished as there are workers until 99 % are finished."""
    stamps = sorted(finished_at)
    last = int(DRAIN_SHARE * len(stamps)) - 1
    if last <= workers or stamps[last] <= stamps[workers - 1]:
        few, those = amount(len(stamps), "picture"), amount(workers, "worker")
        raise TrialError(f"{few} for {those}: too few to tell how fast a queue is emptied.")
    return (last - workers + 1) / (stamps[last] - stamps[workers - 1])


def _drain(setup: TrialSetup, count: int) -> list[float]:
    partial = result_folder.open_trial(setup.folder.resolve(), setup.trial.name)
    try:
        stack = new_stack(spec_of(setup), partial / "stack", partial / "logs")
        with stack as info:
            with _suspended(info.pids["worker"]):
                _fill_queue(setup, info, count)
            wait_until("The queue's end", lambda: _is_drained(info, count), check=stack.check, timeout_s=DRAIN_LIMIT_S)
            rows = get(f"{info.control_url}/pictures.csv", token=info.token, trial=setup.trial.name).decode()
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return [float(row["finished_at"]) for row in csv.DictReader(rows.splitlines()) if row["state"] == "ready"]


@contextmanager
def _suspended(group: int) -> Iterator[None]:
    """Suspend a process group during the block."""
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def _fill_queue(setup: TrialSetup, info: StackInfo, count: int) -> None:
    bodies = payloads(pictures.photos(WORKLOADS[info.workload], setup.pictures))
    for body in itertools.islice(itertools.cycle(bodies), count):
        headers = {"Content-Type": body.content_type, "Idempotency-Key": str(uuid.uuid4())}
        post(
            f"{info.url}/pictures/queue/",
            body.body,
            headers | {"X-Trial": setup.trial.name},
            timeout_s=DRAIN_UPLOAD_LIMIT_S,
        )


def _is_drained(info: StackInfo, count: int) -> bool | None:
    counts = get_json(f"{info.control_url}/counts/", token=info.token)
    time.sleep(0.2)  # Whoever asks all the time takes the processor from those who work.
    return True if counts["ready"] + counts["failed"] >= count else None


def _write_stamps(path: Path, finished_at: list[float]) -> None:
    with complete(path) as partial:
        partial.write_text("finished_at\n" + "".join(f"{at:.6f}\n" for at in finished_at), encoding="utf-8")
