"""Do the accounts of a queue balance whenever nothing is lost, and only then? python -m benchmarks.accounts

Measures short queue trials, with 2 and 4 workers, overloaded and at utilisation 0.7, half of them while a process
takes a fifth of a core: none may be INVALID_ACCOUNTS. In some more trials one message is taken off the queue unnoticed:
each must say that exactly one picture is lost. Then prints how long the broker's messages were on their way to a
worker, from the broker's own record of its commands. Prints Markdown; exits 1 if an account is wrong. Finished trials
are kept in results/accounts, and the same command continues from there.
"""

import argparse
import contextlib
import itertools
import shutil
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import redis

from analysis.console import print_anything
from benchmarks.trials import beside, hog, is_measured
from loadtests import ROOT
from loadtests.experiment.trial import TrialSetup, apply_load
from loadtests.planning.configuration import Cell
from loadtests.planning.experiment import Experiment, Factors, Phases, Trial
from loadtests.recording import result_folder
from loadtests.stack.app_client import get_json
from loadtests.stack.base import StackSpec
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.process.process_group import wait_until
from loadtests.stack.services.queue_depth import QUEUE
from loadtests.stack.stack_file import StackInfo

FOLDER = ROOT / "results" / "accounts"
SEED = 20261130
PHASES = Phases(warmup_s=1.0, measure_s=4.0, drain_limit_s=1.0)
WORKERS, PROFILES = (2, 4), ("safe", "defaults")
#: Pictures per second that one worker finishes of the workload io, nearly; 250 ms of a picture are the external call.
RATE_OF_ONE = 3.65
UTILISATIONS = {"overloaded": 1.5, "at 0.7": 0.7}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind of trial: `load` is a key of UTILISATIONS, `act` what is done to the queue: nothing, lose or record."""

    workers: int
    load: str
    hog: bool
    profile: str
    act: str = "nothing"

    @property
    def rate(self) -> float:
        return round(RATE_OF_ONE * self.workers * UTILISATIONS[self.load], 2)

    @property
    def name(self) -> str:
        parts = ["queue", f"w{self.workers}", self.load.replace(" ", "-"), self.profile]
        return "-".join([*parts, *(["hog"] if self.hog else []), *([] if self.act == "nothing" else [self.act])])


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one trial said of itself, and how many messages were really taken."""

    case: Case
    verdict: str
    reasons: tuple[str, ...]
    lost: int
    taken: int
    first_missing: int
    looks: int


def cases(count: int, removed: int) -> list[tuple[Case, int]]:
    """Every trial with its repeat; those that share a stack follow each other."""
    kinds = [
        Case(workers=workers, load=load, hog=hog, profile=profile)
        for profile, workers, hog, load in itertools.product(PROFILES, WORKERS, (False, True), UTILISATIONS)
    ]
    plain = [(kinds[number % len(kinds)], 1 + number // len(kinds)) for number in range(count)]
    # In profile safe a message that is missing is published again, so nothing is lost for good.
    losing = [replace(kind, act="lose") for kind in kinds if kind.profile == "defaults"]
    lost = [(losing[number % len(losing)], 1 + number // len(losing)) for number in range(removed)]
    recorded = [(replace(kind, act="record"), 1) for kind in kinds if kind.profile == "safe"]
    plain.sort(key=lambda one: (one[0].profile, one[0].workers, one[1]))
    return [*recorded, *plain, *lost]


class Stacks:
    """The stack that runs now. Trials of the same workers and profile share one, unless a message is to be taken."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, contextlib.ExitStack()
        self._key: tuple[int, str] | None = None
        self._running: tuple[LocalStack, StackInfo] | None = None

    def of(self, case: Case, cell: Cell) -> tuple[LocalStack, StackInfo]:
        """A stack for this case with nothing to do."""
        key = (case.workers, case.profile)
        if not self._running or self._key != key or case.act == "lose":
            self.close()
            stack = LocalStack(StackSpec(**cell.levels(), seed=SEED), self._folder / "stack", self._folder / "logs")
            self._key, self._running = key, (stack, self._open.enter_context(stack))
        stack, info = self._running
        wait_until("An idle stack", lambda: _idle(info), check=stack.check, timeout_s=60.0)
        return stack, info

    def close(self) -> None:
        self._open.close()
        self._running = None
        # The next one starts with an empty database.
        shutil.rmtree(self._folder / "stack", ignore_errors=True)


def _idle(info: StackInfo) -> bool | None:
    time.sleep(0.2)
    counts = get_json(f"{info.control_url}/counts/", token=info.token, timeout_s=30.0)
    return True if not counts["queued"] + counts["processing"] else None


def measure(case: Case, repeat: int, folder: Path, stacks: Stacks) -> Mapping[str, Any]:
    """The record of one trial; one that is there already is measured again only if other code has measured it."""
    name = f"{case.name}-r{repeat}"
    if is_measured(folder, name):
        return result_folder.read_record(folder / name)
    factors = Factors(offered_rate=(case.rate,), workers=(case.workers,), mode=("queue",), profile=(case.profile,))
    # A stack that has seen the uploads of one case must get others of the next.
    seed = zlib.crc32(case.name.encode())
    experiment = Experiment(name="accounts", question="", repeats=1, seed=seed, factors=factors, phases=PHASES)
    (cell,) = experiment.cells()
    trial = Trial(name=name, cell=cell, repeat=repeat)
    stack, info = stacks.of(case, cell)
    with beside([hog(0.2)] if case.hog else []):
        record = _measure(
            TrialSetup(experiment=experiment, trial=trial, folder=folder, pictures=None), case, stack, info
        )
    if case.act == "lose":
        stacks.close()
    return record


def _measure(setup: TrialSetup, case: Case, stack: LocalStack, info: StackInfo) -> Mapping[str, Any]:
    partial = result_folder.open_trial(setup.folder.resolve(), setup.trial.name)
    (partial / "stack").mkdir()
    info.write(partial / "stack" / "stack.json")
    thief, recorder = Thief(), Recorder()
    try:
        if case.act == "lose":
            apply_load(setup, stack, partial, lambda _pid: thief.look(stack))
        elif case.act == "record":
            with recorder.listening(stack.broker_url):
                apply_load(setup, stack, partial)
        else:
            apply_load(setup, stack, partial)
    finally:
        shutil.rmtree(partial / "stack", ignore_errors=True)
    also = {"taken": thief.taken, "handovers_s": recorder.handovers_s, "hog": case.hog}
    return result_folder.close_trial(partial, also)[1]


class Thief:
    """Takes one message off the queue, as another consumer would, once half of the load is over."""

    def __init__(self) -> None:
        self.taken, self._began_at = 0, time.monotonic()

    def look(self, stack: LocalStack) -> None:
        if self.taken or time.monotonic() < self._began_at + PHASES.warmup_s + PHASES.measure_s / 2:
            return
        with contextlib.closing(redis.Redis.from_url(stack.broker_url)) as client:
            # Whoever asks first gets the next message, and the worker asks anew for each.
            self.taken = int(client.brpop([QUEUE], timeout=1) is not None)


class Recorder:
    """Hears every command of a Redis server, and tells how long each message was in neither of its two places [s]."""

    def __init__(self) -> None:
        self.handovers_s: list[float] = []
        self._commands: list[tuple[float, str]] = []

    @contextlib.contextmanager
    def listening(self, url: str) -> Iterator[None]:
        client = redis.Redis.from_url(url)
        with client.monitor() as monitor:
            listener = threading.Thread(target=self._listen, args=(monitor,), daemon=True)
            listener.start()
            yield
        self.handovers_s = handovers_s(self._commands)

    def _listen(self, monitor: Any) -> None:
        with contextlib.suppress(redis.RedisError, OSError, ValueError, AttributeError):
            for command in monitor.listen():
                self._commands.append((float(command["time"]), str(command["command"])))


def handovers_s(commands: list[tuple[float, str]]) -> list[float]:
    """From the moment at which the list gave a message out to the one at which it was written down as unacknowledged.

    A BRPOP gets a message at once if one waits, otherwise with the next LPUSH. The one node of a local stack has one
    open at a time; its next one says that the last one has ended.
    """
    waiting, asked, given_at, found = 0, False, list[float](), list[float]()
    for at, command in commands:
        words = command.split(" ", 2)
        name, key = words[0].upper(), words[1] if len(words) > 1 else ""
        if name == "LPUSH" and key == QUEUE:
            waiting += 1
        elif name == "BRPOP" and key == QUEUE:
            asked = True
        elif name == "HSET" and key == "unacked" and given_at:
            found.append(at - given_at.pop(0))
        if waiting and asked:
            waiting, asked = waiting - 1, False
            given_at.append(at)
    return found


def outcome_of(case: Case, record: Mapping[str, Any]) -> Outcome:
    account = record["broker_remaining"] or {}
    return Outcome(
        case=case,
        verdict=record["verdict"]["name"],
        reasons=tuple(record["verdict"]["reasons"]),
        lost=record["ledger"]["lost"],
        taken=record["taken"],
        first_missing=account.get("first_missing", 0),
        looks=account.get("looks", 0),
    )


def as_expected(outcome: Outcome) -> bool:
    """Whether an account is right: it balances, or it lacks what was taken."""
    if outcome.taken:
        return outcome.verdict == "INVALID_ACCOUNTS" and outcome.lost == outcome.taken
    return outcome.case.act != "lose" and outcome.verdict != "INVALID_ACCOUNTS" and not outcome.lost


def table(outcomes: list[Outcome]) -> list[str]:
    lines = [
        "| load | workers | profile | background load | messages taken | trials | verdicts | lost "
        "| first check missed more | as expected |"
    ]
    lines.append("| --- " * 10 + "|")
    kinds = dict.fromkeys(one.case for one in outcomes)
    for kind in kinds:
        of_kind = [one for one in outcomes if one.case == kind]
        verdicts = ", ".join(
            f"{count} {name}" for name, count in sorted(Counter(one.verdict for one in of_kind).items())
        )
        lines.append(
            f"| {kind.load} | {kind.workers} | {kind.profile} | {'20 % of a core' if kind.hog else 'nothing'} | "
            f"{sum(one.taken for one in of_kind) or 'none'} | {len(of_kind)} | {verdicts} | "
            f"{sum(one.lost for one in of_kind)} | {sum(one.first_missing > one.taken for one in of_kind)} | "
            f"{sum(map(as_expected, of_kind))} |"
        )
    return lines


def handover_table(recorded: Mapping[Case, list[float]]) -> list[str]:
    lines = ["| load | workers | background load | messages | p50 [ms] | p99 [ms] | longest [ms] |", "| --- " * 7 + "|"]
    for case, times in recorded.items():
        p50, p99, longest = (
            f"{1000 * float(np.quantile(times, share, method='inverted_cdf')):.2f}" for share in (0.5, 0.99, 1)
        )
        neighbour = "20 % of a core" if case.hog else "nothing"
        lines.append(f"| {case.load} | {case.workers} | {neighbour} | {len(times)} | {p50} | {p99} | {longest} |")
    return lines


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200, help="trials in which nothing is lost")
    parser.add_argument("--removed", type=int, default=20, help="trials in which one message is taken")
    parser.add_argument("--results", type=Path, default=FOLDER)
    args = parser.parse_args(argv)
    outcomes, recorded = [], {}
    with tempfile.TemporaryDirectory(prefix="queuelab-accounts-") as place:
        stacks = Stacks(Path(place))
        with contextlib.closing(stacks):
            for case, repeat in cases(args.trials, args.removed):
                record = measure(case, repeat, args.results, stacks)
                outcomes.append(outcome_of(case, record))
                if case.act == "record":
                    recorded[case] = record["handovers_s"]
                if not as_expected(outcomes[-1]):
                    print(f"{case.name}-r{repeat}: {outcomes[-1]}", file=sys.stderr, flush=True)
    print("\n".join([*table(outcomes), "", *handover_table(recorded), ""]))
    right = sum(map(as_expected, outcomes))
    print(f"{right} of {len(outcomes)} accounts are right.")
    return 0 if right == len(outcomes) else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
