"""Runs the calibration cases as trials, and checks their records against the known times."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loadtests.calibration.cases import SEED, Case, cases, glance, rate_case
from loadtests.calibration.machine_checks import noise
from loadtests.calibration.other_tools import compared
from loadtests.calibration.reference_stack import ReferenceStack
from loadtests.errors import report_full_disk
from loadtests.experiment.progress import TrialProgress
from loadtests.experiment.trial import TrialSetup, apply_load
from loadtests.files import exclusive
from loadtests.machine.provenance import STORED, calibration_scope
from loadtests.planning.configuration import Cell
from loadtests.planning.experiment import Experiment, Factors, Phases, Trial
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import certify
from loadtests.stack.app_client import get, get_json
from loadtests.stack.base import StackSpec
from loadtests.stack.stack_file import StackInfo
from loadtests.workload.arrivals import plan

#: Rates that one load process is tried at, in uploads per second, until it cannot keep one.
RATES = (200, 400, 800, 1600, 3200, 6400)

#: Places of a server that works on any number at once: more than ever arrive.
UNLIMITED = 10_000

#: What a case takes beyond its measurement.
OVERHEAD_S = 4.0

Checks = list[dict[str, Any]]


def calibrate(
    folder: Path, *, quick: bool = False, at_a_glance: bool = False, compare: bool = False, stored: Path = STORED
) -> Checks:
    """Measure every case; returns the checks, which are also kept in a file with the circumstances.

    at_a_glance: only the cases that tell most, and no highest rate.
    compare: measure as well what Locust by its own means, and other tools on the PATH, report.
    """
    with exclusive(folder.with_name(f".{folder.name}.lock"), f"Another process is writing to {folder}."):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        heard = noise()
        _measure(folder, glance() if at_a_glance else cases(quick), () if at_a_glance else RATES, quick)
        checks = certify(folder, asdict(heard))
        # Kept before others are asked, who are not ours and may take as long as they like.
        _store(stored, quick or at_a_glance, checks)
        if compare:
            checks += compared(folder)
            _store(stored, quick or at_a_glance, checks)
        return checks


def describe(check: dict[str, Any]) -> str:
    """Format one check as a line."""
    scale, unit = {"s": (1000, " ms"), "1/s": (1, "/s")}.get(check["unit"], (1, ""))
    measured, truth, limit = (
        "" if value is None else f"{value * scale:.4g}{unit}"
        for value in (check[k] for k in ("measured", "truth", "limit"))
    )
    measured += " or more" if check["at_least"] else ""
    against = (
        f", truth {truth}" + (f" within {limit}" if limit else "") if truth else f", at most {limit}" if limit else ""
    )
    figures = f": {measured}{against}" if measured else ""
    return f"{'ok    ' if check['passed'] else 'MISSED'} {check['code']:4}{check['what']}{figures}"


def _store(stored: Path, quick: bool, checks: Checks) -> None:
    stored.parent.mkdir(parents=True, exist_ok=True)
    kept = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), "quick": quick, "checks": checks}
    result_folder.write_json(stored, kept | calibration_scope())


def _measure(folder: Path, planned: list[Case], rates: Sequence[float], quick: bool) -> None:
    mean_s = sum(case.measure_s for case in planned) / len(planned) + OVERHEAD_S
    with TrialProgress(len(planned) + len(rates), 0, mean_s) as progress:
        for case in itertools.chain(planned, _rates_until_missed(rates, quick, folder)):
            progress.begin(case.name)
            record = run_case(case, folder)
            progress.end(case.name, record["verdict"]["name"])


def _rates_until_missed(rates: Sequence[float], quick: bool, folder: Path) -> Iterator[Case]:
    """Yield rising rates until one was missed."""
    for rate in rates:
        yield rate_case(rate, quick)
        if result_folder.read_record(folder / f"rate-{rate}-r1")["verdict"]["name"].startswith("INVALID"):
            return


def run_case(case: Case, folder: Path) -> dict[str, Any]:
    """Measure one case; returns its record."""
    setup = TrialSetup(experiment=_experiment(case), trial=_trial(case), folder=folder, pictures=None)
    partial = result_folder.open_trial(folder.resolve(), setup.trial.name)
    spec = StackSpec(**setup.trial.cell.levels(), seed=SEED)
    stack = ReferenceStack(case.truth, spec, partial / "stack", partial / "logs")
    try:
        with report_full_disk(partial), stack as info, report_full_disk(partial):
            info.write(partial / "stack" / "stack.json")
            _keep_plan(partial, setup)
            apply_load(setup, stack, partial)
            _keep_truth(partial, case, info)
    finally:
        shutil.rmtree(partial / "stack", ignore_errors=True)
    return result_folder.close_trial(partial)[1]


def _keep_plan(partial: Path, setup: TrialSetup) -> None:
    """Write the due times computed from the plan; the analysis compares the sender's record with them."""
    rate, measure_s = setup.trial.cell.offered_rate, setup.experiment.phases.measure_s
    # Another picture mix leaves times and ids as they are.
    planned = plan(rate=rate, seed=setup.experiment.seed_of(setup.trial), weights=[1.0], length_s=measure_s)
    rows = "".join(f"{arrival.id},{arrival.offset_s:.9f}\n" for arrival in planned)
    (partial / "plan.csv").write_text(f"id,offset_s\n{rows}", encoding="utf-8")


def _keep_truth(partial: Path, case: Case, info: StackInfo) -> None:
    (partial / "truth.csv").write_bytes(get(f"{info.control_url}/truth.csv"))
    result_folder.write_json(partial / "case.json", asdict(case) | get_json(f"{info.control_url}/opened/"))


def _trial(case: Case) -> Trial:
    cell = Cell(mode=case.mode, workers=case.truth.servers or UNLIMITED, stack="truth", offered_rate=case.rate)
    return Trial(name=f"{case.name}-r1", cell=cell, repeat=1)


def _experiment(case: Case) -> Experiment:
    factors = Factors(offered_rate=(case.rate,), workers=(case.truth.servers or UNLIMITED,), mode=(case.mode,))
    return Experiment(
        name="calibration",
        question="How close does the harness come to known response times?",
        repeats=1,
        seed=SEED,
        factors=factors,
        phases=Phases(warmup_s=0.0, measure_s=case.measure_s, drain_limit_s=15.0),
    )
