"""One trial: start a fresh stack, verify it, load it, collect, stop."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from loadtests import ROOT
from loadtests.errors import TrialError, refuse_full, report_full_disk
from loadtests.experiment import smoke_test
from loadtests.faults.injector import Injector
from loadtests.machine.noise import NoiseMonitor
from loadtests.planning.experiment import Experiment, Trial
from loadtests.recording import result_folder
from loadtests.stack.app_client import stored_files
from loadtests.stack.base import Stack, StackSpec
from loadtests.stack.compose.stack import AttachedStack, ComposeStack
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.process_group import Command, ManagedProcess, ProcessGroup
from loadtests.stack.sampling.meters import SHORTEST_S, MemorySampler
from loadtests.stack.stack_file import StackInfo

KINDS: Mapping[str, Callable[[StackSpec, Path, Path], Stack]] = {
    "local": LocalStack,
    "compose": ComposeStack,
    "attached": AttachedStack,
}


def new_stack(spec: StackSpec, directory: Path, logs: Path) -> Stack:
    """Create a stack without starting it."""
    return KINDS[spec.stack](spec, directory, logs)


LOCUSTFILE = ROOT / "loadtests" / "scenarios" / "locustfile.py"

#: Time that Locust may need beyond the phases: to start, and to write the record.
LOCUST_ALLOWANCE_S = 60.0

#: A Locust that has to be ended has no record to write that anybody would read.
LOCUST_GRACE_S = 1.0


#: How much memory each process held, in a trial that is long enough.
MEMORY = "memory.csv"

#: Called all the time while the load is on, with the id of the load process.
Meanwhile = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class TrialSetup:
    """The inputs of one trial."""

    experiment: Experiment
    trial: Trial
    folder: Path
    pictures: Path | None


def run_trial(setup: TrialSetup) -> dict[str, Any]:
    """Measure one trial and leave its folder complete; returns its record."""
    partial = result_folder.open_trial(setup.folder.resolve(), setup.trial.name)
    refuse_full(partial)
    guard = NoiseMonitor(setup.experiment.phases.measure_s)
    stack = new_stack(spec_of(setup), partial / "stack", partial / "logs")
    happened: dict[str, Any] = {}
    try:
        # Asked before the stack ends, which makes room; and a stack may not even start.
        with report_full_disk(partial), stack as info, report_full_disk(partial):
            smoke_test.check(info)
            info.write(partial / "stack" / "stack.json")
            happened = _load_watched(setup, stack, info, partial)
    finally:
        # Pictures, database and secrets go, whatever happened; logs stay.
        shutil.rmtree(partial / "stack", ignore_errors=True)
    also = {"noise": asdict(guard.end()), "control": setup.trial.control, **happened}
    return result_folder.close_trial(partial, also)[1]


def _load_watched(setup: TrialSetup, stack: Stack, info: StackInfo, partial: Path) -> dict[str, Any]:
    """Apply the load while the trial's faults happen; what was done, what came back, and what files are left."""
    injector = Injector(setup.experiment.faults_in(setup.trial), stack, info.clock)
    is_long = setup.experiment.phases.measure_s >= SHORTEST_S
    memory_sampler = MemorySampler(partial / MEMORY, info.clock) if is_long else None

    def meanwhile(load_pid: int) -> None:
        injector.check()
        if memory_sampler:
            memory_sampler.check({**stack.pids, "load": load_pid})

    try:
        apply_load(setup, stack, partial, meanwhile)
    finally:
        injector.end()
    injector.check_all_injected()
    events = sorted([*injector.events, *stack.events], key=lambda event: float(event["began_at"]))
    return {"events": events, "files": stored_files(info) if isinstance(stack, LocalStack) else None}


def spec_of(setup: TrialSetup) -> StackSpec:
    return StackSpec(**setup.trial.cell.levels(), seed=setup.experiment.seed)


def apply_load(setup: TrialSetup, stack: Stack, partial: Path, meanwhile: Meanwhile | None = None) -> None:
    """Run Locust alongside the stack until it ends, and end it if a component dies."""
    group = ProcessGroup(partial / "logs")
    try:
        locust = group.start(_locust(setup, partial))
        _wait(locust, stack, setup, meanwhile or (lambda _load_pid: None))
    finally:
        group.close(LOCUST_GRACE_S)
    if locust.process.returncode != 0 or not (partial / "trial.json").exists():
        raise TrialError(
            f"Locust ended with exit code {locust.process.returncode}. The end of {locust.log}:\n{locust.tail()}"
        )


def _wait(locust: ManagedProcess, stack: Stack, setup: TrialSetup, meanwhile: Meanwhile) -> None:
    phases = setup.experiment.phases
    limit_s = phases.warmup_s + phases.measure_s + phases.drain_limit_s + LOCUST_ALLOWANCE_S
    deadline = time.monotonic() + limit_s
    while True:
        try:
            locust.process.wait(timeout=0.2)
            return
        except subprocess.TimeoutExpired:
            meanwhile(locust.pid)
            stack.check()
        if time.monotonic() > deadline:
            raise TrialError(f"Locust had not finished after {limit_s:g} s. The end of {locust.log}:\n{locust.tail()}")


def _locust(setup: TrialSetup, partial: Path) -> Command:
    phases, cell = setup.experiment.phases, setup.trial.cell
    arguments: dict[str, object] = {
        "--locustfile": LOCUSTFILE,
        # One user sends the whole plan, so that one seed is one load.
        "--users": 1,
        "--uploads-per-user": cell.offered_rate,
        "--warmup": phases.warmup_s,
        "--measure": phases.measure_s,
        "--drain-limit": phases.drain_limit_s,
        "--stop-timeout": 5,
        "--seed": setup.experiment.seed_of(setup.trial),
        "--results": partial.parent,
        "--trial": setup.trial.name,
        "--stack": partial / "stack" / "stack.json",
        "--pictures": setup.pictures or "",
    }
    options = [str(part) for pair in arguments.items() for part in pair]
    return Command(
        name="locust",
        argv=(sys.executable, "-m", "locust", "--headless", "--only-summary", *options, "UploadUser"),
        cwd=ROOT,
        # Locust reads a configuration in the home directory too; a run time there would cut trials short.
        env=inherited() | {"HOME": str(partial)},
    )
