"""Runs the trials of an experiment in order, and resumes an interrupted one."""

import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from loadtests.errors import QueuelabError, TrialError, reason
from loadtests.experiment.baseline import BASELINE, measure_baseline
from loadtests.experiment.capacity import Searcher
from loadtests.experiment.progress import TrialProgress
from loadtests.experiment.trial import TrialSetup, run_trial
from loadtests.files import PARTIAL, exclusive
from loadtests.format import amount, are
from loadtests.machine import provenance
from loadtests.machine.noise import MOST_NOISY
from loadtests.planning.estimate import (
    FEWEST_BLOCKS,
    MOST_BLOCKS,
    PILOT_BLOCKS,
    USUAL_TRIALS,
    blocks_needed,
    expected_width,
    trial_s,
)
from loadtests.planning.experiment import Experiment, Goal
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import log_ratio_sd, noisy_trials, predict
from loadtests.recording.result_folder import prepare, seal


class Interrupted(QueuelabError):
    """The person stopped the experiment; what is finished stays."""


def run_experiment(
    experiment: Experiment, folder: Path, pictures: Path | None = None, predictions: bytes | None = None
) -> None:
    """Run every missing trial; each is saved before the next starts.

    predictions: what people expect, to be sealed before the first.
    """
    busy = f"Another process is writing to {folder}. Wait for it, or use another folder: --results."
    with exclusive(folder.with_name(f".{folder.name}.lock"), busy):
        set_aside = prepare(experiment, folder, pictures)
        if predictions is not None:
            seal(folder, predictions)
        _measure(experiment, folder, pictures, set_aside)


def _measure(experiment: Experiment, folder: Path, pictures: Path | None, set_aside: Path | None) -> None:
    until = time.monotonic() + 60 * experiment.minutes if experiment.minutes else math.inf
    _foresee(experiment, folder, pictures)
    if experiment.goal:
        _find_capacities(experiment, experiment.goal, folder, pictures)
        return
    blocks = [
        [TrialSetup(experiment=experiment, trial=trial, folder=folder, pictures=pictures) for trial in block]
        for block in experiment.blocks()
    ]
    # With a wanted precision the pilot tells how many blocks it takes.
    first = PILOT_BLOCKS if experiment.precision else len(blocks)
    total = sum(map(len, blocks[:first]))
    done = total - sum(len(_missing(block)) for block in blocks[:first])
    with TrialProgress(total, done, trial_s(experiment)) as progress:
        progress.say(f"{_opening(folder, total, done, set_aside)} {expected_width(experiment)}")
        _measure_blocks(blocks[:first], progress, until)
        if experiment.precision:
            wanted = _blocks_wanted(experiment.precision, folder, progress)
            progress.extend(sum(len(_missing(block)) for block in blocks[first:wanted]))
            _measure_blocks(blocks[first:wanted], progress)


def _find_capacities(experiment: Experiment, goal: Goal, folder: Path, pictures: Path | None) -> None:
    usual = USUAL_TRIALS * len(experiment.cells())
    done = len(result_folder.finished_trials(folder))
    lengths_s = replace(experiment, phases=replace(experiment.phases, measure_s=goal.confirm_s))
    with TrialProgress(usual, done, trial_s(lengths_s)) as progress:
        cells = amount(len(experiment.cells()), "cell")
        progress.say(f"{folder}: some {USUAL_TRIALS} trials for each of {cells}, {done} {are(done)} there.")
        Searcher(
            experiment=experiment,
            goal=goal,
            folder=folder,
            pictures=pictures,
            cores=provenance.machine()["cores"],
            progress=progress,
            measure=lambda setup: _run(setup, progress),
        ).find_all()


def _measure_blocks(blocks: list[list[TrialSetup]], progress: TrialProgress, until: float = math.inf) -> None:
    """Measure what is missing of some blocks; after the first, none that would not end in time [monotonic s]."""
    begun = False
    for block in filter(_is_open, blocks):
        if begun and time.monotonic() + len(_missing(block)) * progress.trial_s > until:
            progress.say("The time budget of the plan is used up; the same command continues with the next block.")
            return
        begun = True
        for setup in _missing(block):
            _run(setup, progress)
        _rerun_noisy(block, progress)


def _is_open(block: list[TrialSetup]) -> bool:
    """Whether something of a block is missing, or was being measured again when somebody stopped it."""
    broken_off = [setup.folder / f"{setup.trial.rerun().name}{PARTIAL}" for setup in block]
    return bool(_missing(block)) or any(path.exists() for path in broken_off)


def _blocks_wanted(precision: float, folder: Path, progress: TrialProgress) -> int:
    """How many blocks make the wanted precision, by the scatter of the pilot and by nothing else (R21)."""
    log_sd = log_ratio_sd(folder, PILOT_BLOCKS)
    wanted = FEWEST_BLOCKS if log_sd is None else blocks_needed(log_sd, precision)
    scatter = "no ready times can be compared" if log_sd is None else f"their ratios scatter by {log_sd:.1%}"
    short = ", the most that are measured: the interval will be wider" if wanted == MOST_BLOCKS else ""
    progress.say(f"{PILOT_BLOCKS} blocks are measured, and {scatter}: {wanted} in all{short}.")
    return wanted


def _missing(block: list[TrialSetup]) -> list[TrialSetup]:
    """Return the trials of a block that are missing."""
    return [setup for setup in block if setup.trial.name not in result_folder.finished_trials(setup.folder)]


def _rerun_noisy(block: list[TrialSetup], progress: TrialProgress) -> None:
    """Once, in the same block, blind to mode and result (R25); of both the second counts, and the first is kept.

    Where more than some of a block are noisy, the machine is like that, and measuring again would not help.
    """
    words = noisy_trials(block[0].folder)
    finished = result_folder.finished_trials(block[0].folder)
    noisy = [one for one in block if one.trial.name in words and one.trial.rerun().name not in finished]
    # Of a fault only the ledger counts, which no noise can bend.
    noisy = [one for one in noisy if not one.experiment.faults_in(one.trial)]
    if len(noisy) > max(1, int(MOST_NOISY * len(block))):
        progress.say(f"{len(noisy)} of {len(block)} trials were noisy: this machine is always noisy, so all are kept.")
        return
    for setup in noisy:
        progress.say(f"Rerunning {setup.trial.name}: the machine was noisy ({words[setup.trial.name]}).")
        progress.extend(1)
        _run(replace(setup, trial=setup.trial.rerun()), progress)


def _foresee(experiment: Experiment, folder: Path, pictures: Path | None) -> None:
    """Measure the baseline and predict each cell, before the first trial."""
    if result_folder.finished_trials(folder):
        return
    if not (folder / BASELINE).exists():
        print(f"{folder}: first the baseline, the picture work without web and queue.", file=sys.stderr)
    measure_baseline(experiment, folder, pictures)
    if not experiment.goal:
        predict(folder, experiment.cells(), provenance.machine()["cores"])


def _run(setup: TrialSetup, progress: TrialProgress) -> None:
    """Run one trial; report progress and failures."""
    progress.begin(setup.trial.name)
    try:
        record = run_trial(setup)
    except KeyboardInterrupt:
        raise Interrupted(_farewell(setup.folder, progress.total)) from None
    except (QueuelabError, OSError) as error:
        raise TrialError(
            f"{setup.trial.name} failed. {reason(error)}\n{_farewell(setup.folder, progress.total)}"
        ) from error
    progress.end(setup.trial.name, _outcome(record))


def _opening(folder: Path, total: int, done: int, set_aside: Path | None) -> str:
    moved = f"Earlier trials used another plan, code, version or machine; they are now in {set_aside}. "
    whole = amount(total, "trial")
    found = f"{done} of {whole} {are(done)} already there" if done else f"{whole} to measure"
    hint = "; delete the folder to start over" if done else ""
    return f"{moved if set_aside else ''}{folder}: {found}{hint}."


def _farewell(folder: Path, total: int) -> str:
    done = len(result_folder.finished_trials(folder))
    kept = f"{done} of {amount(total, 'trial')} {are(done)} finished and kept in {folder}"
    return f"{kept}: the same command continues from there, and `{result_folder.to_draw(folder)}` draws what is there."


def _outcome(record: dict[str, Any]) -> str:
    """Summarise a trial in a line: verdict, short reasons, and what became of its uploads."""
    verdict, ledger = record["verdict"], record["ledger"]
    words = {"completed": "completed", "failed_visibly": "failed", "pending": "waiting", "lost": "lost"}
    counted = ", ".join(f"{ledger[name]} {word}" for name, word in words.items())
    reasons = (reason.partition(". ")[0].removesuffix(".") for reason in verdict["reasons"])
    return "; ".join([verdict["name"], *reasons, f"{ledger['accepted']} accepted: {counted}"])
