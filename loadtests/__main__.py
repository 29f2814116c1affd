"""The harness's command line: python -m loadtests plan|run|faults|preflight|calibrate|up|attach|down."""

import argparse
import contextlib
import signal
import sys
from dataclasses import fields
from pathlib import Path

from loadtests import ROOT
from loadtests.calibration import runner as calibration
from loadtests.cli import build_parser
from loadtests.errors import PlanError, QueuelabError, reason
from loadtests.experiment import background
from loadtests.experiment.runner import Interrupted, run_experiment
from loadtests.faults import injector
from loadtests.format import amount, print_anything
from loadtests.machine.open_files import most_open, shortage
from loadtests.machine.provenance import last_calibration
from loadtests.planning.configuration import Configuration, database_on
from loadtests.planning.estimate import expected
from loadtests.planning.experiment import fault_experiment
from loadtests.planning.faults import FAULTS
from loadtests.planning.reader import read_plan
from loadtests.preflight.checks import preflight as check_machine
from loadtests.recording.analysis_bridge import ledger_of
from loadtests.recording.result_folder import read_predictions
from loadtests.stack.base import StackSpec
from loadtests.stack.process.environment import ignored_settings
from loadtests.stack.stack_file import Home, StackInfo
from loadtests.workload.pictures import skipped_files


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 done, 1 failed, 2 misused, 130 interrupted."""
    verbs = {
        "plan": plan,
        "run": run,
        "faults": faults,
        "preflight": preflight,
        "calibrate": calibrate,
        "up": up,
        "attach": attach,
        "down": down,
    }
    arguments = build_parser(verbs).parse_args(argv)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup the end of the terminal is to be ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _as_interrupt)
    try:
        return int(arguments.action(arguments))
    except Interrupted as error:
        return _say(f"\nStopped. {error}", 130)
    except KeyboardInterrupt:
        return _say("\nStopped.", 130)
    except PlanError as error:
        return _say(str(error), 2)
    except (QueuelabError, OSError) as error:
        return _say(reason(error), 1)


def plan(arguments: argparse.Namespace) -> int:
    _warn(ignored_settings())
    print(expected(read_plan(arguments.plan)))
    return 0


def run(arguments: argparse.Namespace) -> int:
    experiment = read_plan(arguments.plan, arguments.stack)
    folder = arguments.results or ROOT / "results" / experiment.name
    predictions = read_predictions(arguments.predictions, experiment) if arguments.predictions else None
    phases = experiment.phases
    length_s = phases.warmup_s + phases.measure_s + phases.drain_limit_s
    _warn(ignored_settings())
    _warn(skipped_files(arguments.pictures))
    _warn(shortage(max(experiment.factors.offered_rate, default=0.0), length_s, most_open()))
    run_experiment(experiment, _short(folder), arguments.pictures, predictions)
    return 0


def faults(arguments: argparse.Namespace) -> int:
    _warn(ignored_settings())
    experiment = fault_experiment(arguments.profile, arguments.broker, arguments.only or tuple(FAULTS))
    folder = _short(arguments.results or ROOT / "results" / experiment.name)
    run_experiment(experiment, folder)
    found = {trial.cell.fault: ledger_of(folder / trial.name) for trial in experiment.trials()}
    ledgers = {name: found[name] for name in FAULTS if name in found}
    print(injector.table(ledgers))
    print(injector.summary(ledgers))
    return 1 if not all(injector.kept(*each) for each in ledgers.items()) and arguments.profile == "safe" else 0


def calibrate(arguments: argparse.Namespace) -> int:
    if arguments.glance and last_calibration():
        print("This machine is already calibrated for this version of the code.")
        return 0
    checks = calibration.calibrate(
        arguments.results.resolve(),
        quick=arguments.quick,
        at_a_glance=arguments.glance,
        compare=arguments.compare,
    )
    for check in checks:
        print(calibration.describe(check))
    missed = sum(not check["passed"] for check in checks)
    passed = f"{len(checks) - missed} of {amount(len(checks), 'check')} passed"
    print(f"{passed}. Reports from this machine now show them.")
    return 1 if missed else 0


def preflight(arguments: argparse.Namespace) -> int:
    return 0 if check_machine(arguments.results.resolve(), print) else 1


def up(arguments: argparse.Namespace) -> int:
    asked = vars(arguments)
    levels = {field.name: asked[field.name] for field in fields(Configuration) if field.name in asked}
    levels["database"] = database_on(arguments.stack, arguments.database)
    _warn(ignored_settings())
    spec = StackSpec(**levels, seed=arguments.seed, port=arguments.port)
    return _keep_up(spec, arguments, "Up", "stop it with `make down`")


def attach(arguments: argparse.Namespace) -> int:
    spec = StackSpec(mode=arguments.mode, workers=0, workload=arguments.workload, stack="attached", seed=0)
    return _keep_up(spec, arguments, "Attached", "detach with `make down`; the containers keep running")


def _keep_up(spec: StackSpec, arguments: argparse.Namespace, what: str, end: str) -> int:
    home = Home(arguments.home.resolve())
    if arguments.foreground:
        with contextlib.suppress(KeyboardInterrupt):
            background.supervise(spec, home)
        return 0
    info = background.up(spec, home)
    print(f"{what}: {info.url}, {_described(info)}.")
    print(f"Upload a picture there, load it with `locust`, and {end}.")
    return 0


def down(arguments: argparse.Namespace) -> int:
    print("Stopped." if background.down(Home(arguments.home.resolve())) else "No stack was running.")
    return 0


def _described(info: StackInfo) -> str:
    """Describe the levels that differ from the defaults."""
    usual = {field.name: field.default for field in fields(Configuration) if field.name != "workload"}
    return ", ".join(f"{name} {value}" for name, value in info.levels().items() if value != usual.get(name))


def _short(folder: Path) -> Path:
    """Return a folder relative to the working directory, if it lies below."""
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _warn(sentence: str) -> None:
    if sentence:
        print(sentence, file=sys.stderr)


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
