"""What verdicts trials near saturation get: python -m benchmarks.saturation [trials]

Half of the trials load a server whose service times are known, half the app with the workload io, in both modes, at
utilisations from 0.9 to 1.1. Prints them as Markdown and exits 1 if one is VALID that finished more than 3 % less than
arrived in its window.
"""

import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.console import print_anything
from analysis.data.model import Trial as Measured
from analysis.data.outcomes import cohort
from analysis.data.reader import read_trial
from analysis.metrics.trial import service_times, throughput
from analysis.validity.verdict import VALID
from loadtests.calibration.reference_server import ReferenceModel
from loadtests.calibration.reference_stack import ReferenceStack
from loadtests.experiment.progress import TrialProgress
from loadtests.experiment.trial import TrialSetup, apply_load, run_trial
from loadtests.planning.configuration import Cell
from loadtests.planning.experiment import Experiment, Factors, Phases, Trial
from loadtests.recording import result_folder
from loadtests.stack.base import StackSpec

UTILISATIONS, MODES, REFERENCE, APP = (0.9, 0.95, 1.0, 1.05, 1.1), ("sync", "queue"), "reference", "app"
WORKERS, TRIALS, SEED = 4, 40, 15
#: A trial takes three seconds more than its phases on the reference server, and five on the app.
PHASES = {REFERENCE: Phases(warmup_s=1.5, measure_s=9.0, drain_limit_s=2.0)}
PHASES[APP] = Phases(warmup_s=2.5, measure_s=9.0, drain_limit_s=2.0)
USUAL_S = 16.0
#: How long the reference server works on an upload in the mean [s].
REFERENCE_S = 0.1
#: What the app is guessed to take for a picture; two pilots at half of that rate measure it [s].
GUESSED_S = 0.28
TOLERANCE = 0.03


@dataclass(frozen=True, kw_only=True)
class Row:
    """One trial; rates in uploads per second of its window."""

    server: str
    utilisation: float
    mode: str
    arrived: float
    finished: float
    verdict: str

    @property
    def short(self) -> float:
        """By which share of what arrived less was finished."""
        return 1 - self.finished / self.arrived

    @property
    def missed(self) -> bool:
        return self.verdict == VALID and self.short > TOLERANCE


def measured(folder: Path, trials: int) -> Iterator[Row]:
    """The trials one after the other; those of one number replay the same arrivals, scaled to their rates."""
    service_s = {(REFERENCE, mode): REFERENCE_S for mode in MODES}
    with TrialProgress(trials + len(MODES), 0, USUAL_S) as progress:
        for mode in MODES:
            pilot = _run(folder, APP, mode, 0.5 * WORKERS / GUESSED_S, 0, progress)[0]
            service_s[APP, mode] = float(service_times(cohort(pilot)).mean())
        for number, utilisation, server, mode in itertools.islice(_cells(), trials):
            rate = utilisation * WORKERS / service_s[server, mode]
            trial, verdict = _run(folder, server, mode, rate, number, progress)
            yield _row(server, utilisation, trial, verdict)


def _cells() -> Iterator[tuple[int, float, str, str]]:
    """Every cell once, then once more with other arrivals, and so on."""
    for number in itertools.count(1):
        for cell in itertools.product(UTILISATIONS, (REFERENCE, APP), MODES):
            yield number, *cell


def table(rows: list[Row]) -> str:
    """One line per trial, as Markdown."""
    heads = ("server", "utilisation", "mode", "arrived [1/s]", "finished [1/s]", "less", "verdict")
    lines = [
        (each.server, f"{each.utilisation:g}", each.mode, f"{each.arrived:.1f}", f"{each.finished:.1f}")
        + (f"{100 * each.short:.1f} %", each.verdict + (" MISSED" if each.missed else ""))
        for each in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *lines))


def _run(
    folder: Path, server: str, mode: str, rate: float, number: int, progress: TrialProgress
) -> tuple[Measured, str]:
    """Measure one trial; returns it with its verdict."""
    stack = "truth" if server == REFERENCE else "local"
    cell = Cell(mode=mode, workers=WORKERS, stack=stack, offered_rate=rate)
    trial = Trial(name=f"{server}-{mode}-{rate:.2f}ups-r{number}", cell=cell, repeat=number)
    factors = Factors(offered_rate=(rate,), workers=(WORKERS,), mode=(mode,))
    question = "Which trials near saturation are called valid?"
    plan = Experiment(
        name="saturation", question=question, repeats=1, seed=SEED, factors=factors, phases=PHASES[server]
    )
    setup = TrialSetup(experiment=plan, trial=trial, folder=folder, pictures=None)
    progress.begin(trial.name)
    verdict = str((_on_reference(setup) if server == REFERENCE else run_trial(setup))["verdict"]["name"])
    progress.end(trial.name, verdict)
    return read_trial(folder / trial.name), verdict


def _on_reference(setup: TrialSetup) -> dict[str, dict[str, str]]:
    """The same load on a server with as many places, which answers by timer; returns the trial's record."""
    truth = ReferenceModel(seed=SEED, distribution="lognormal", mean_s=REFERENCE_S, servers=WORKERS)
    partial = result_folder.open_trial(setup.folder.resolve(), setup.trial.name)
    stack = ReferenceStack(
        truth, StackSpec(**setup.trial.cell.levels(), seed=SEED), partial / "stack", partial / "logs"
    )
    try:
        with stack as info:
            info.write(partial / "stack" / "stack.json")
            apply_load(setup, stack, partial)
    finally:
        shutil.rmtree(partial / "stack", ignore_errors=True)
    return result_folder.close_trial(partial)[1]


def _row(server: str, utilisation: float, trial: Measured, verdict: str) -> Row:
    return Row(
        server=server,
        utilisation=utilisation,
        mode=trial.cell.mode,
        arrived=len(cohort(trial)) / trial.window.length_s,
        finished=throughput(trial),
        verdict=verdict,
    )


def main(argv: list[str]) -> int:
    """0 if no trial is VALID that finished clearly less than arrived."""
    print_anything()
    with tempfile.TemporaryDirectory(prefix="queuelab-saturation-") as folder:
        result_folder.write_experiment(Path(folder), name="saturation")
        rows = list(measured(Path(folder), int(argv[0]) if argv else TRIALS))
    names = [each.verdict for each in rows]
    missed = sum(each.missed for each in rows)
    counts = ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(sorted(names)))
    print(f"{table(rows)}\n\n{len(rows)} trials: {counts}; {missed} VALID that finished over 3 % less than arrived.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
