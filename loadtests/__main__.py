"""The harness's command line: python -m loadtests run|up|down."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from loadtests import by_hand
from loadtests.errors import PlanError, QueuelabError
from loadtests.orchestrator import Interrupted, run_experiment
from loadtests.plan import STACKS, Configuration
from loadtests.plan_file import COUNTS, NUMBERS, WORDS, read_plan
from loadtests.stack.info import BY_HAND, ROOT, StackInfo
from loadtests.stack.site import StackSpec

EXAMPLES = """\
examples:
  python -m loadtests run loadtests/plans/demo.toml
  python -m loadtests run my-plan.toml --results results/monday --pictures ~/Pictures
  python -m loadtests up --mode queue --workers 4
  python -m loadtests down
"""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 done, 1 failed, 2 misused, 130 interrupted."""
    arguments = _parser().parse_args(argv)
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
        return _say(str(error), 1)


def run(arguments: argparse.Namespace) -> int:
    experiment = read_plan(arguments.plan, arguments.stack)
    folder = arguments.results or ROOT / "results" / experiment.name
    run_experiment(experiment, _short(folder), arguments.pictures)
    return 0


def up(arguments: argparse.Namespace) -> int:
    levels = {field.name: getattr(arguments, field.name) for field in fields(Configuration)}
    spec = StackSpec(**levels, seed=arguments.seed, port=arguments.port)
    home = by_hand.Home(arguments.home.resolve())
    if arguments.foreground:
        with contextlib.suppress(KeyboardInterrupt):
            by_hand.supervise(spec, home)
        return 0
    info = by_hand.up(spec, home)
    print(f"Up: {info.url}, {_described(info)}.")
    print("Upload a picture there, put load on it with `locust`, and stop it with `make down`.")
    return 0


def down(arguments: argparse.Namespace) -> int:
    print("Down." if by_hand.down(by_hand.Home(arguments.home.resolve())) else "No stack was up.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests",
        description="Puts load on the app and records what happened.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="run|up|down")
    _add_run(verbs.add_parser("run", help="measure every trial of a plan"))
    _add_up(verbs.add_parser("up", help="start the local stack in the background"))
    _add_down(verbs.add_parser("down", help="stop the local stack"))
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="a plan in TOML, such as loadtests/plans/demo.toml")
    parser.add_argument("--stack", choices=STACKS, help="another stack than the plan's")
    parser.add_argument("--results", type=Path, help="folder for the results (default: results/<name of the plan>)")
    parser.add_argument("--pictures", type=Path, help="folder with pictures of your own")
    parser.set_defaults(action=run)


def _add_up(parser: argparse.ArgumentParser) -> None:
    for level in fields(Configuration):
        _add_level(parser, level.name, {"mode": "queue", "workers": 2}.get(level.name, level.default))
    parser.add_argument("--port", type=int, default=8000, help="the app's port on loopback; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="seed of the external resource's delays")
    parser.add_argument("--foreground", action="store_true", help="stay, and stop the stack on Ctrl-C")
    _add_home(parser)
    parser.set_defaults(action=up)


def _add_down(parser: argparse.ArgumentParser) -> None:
    _add_home(parser)
    parser.set_defaults(action=down)


def _add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, default=BY_HAND, help="folder that keeps the running stack's files")


def _add_level(parser: argparse.ArgumentParser, name: str, default: object) -> None:
    """An option for one level, with the limits that a plan has."""
    option = f"--{name.replace('_', '-')}"
    if name in WORDS:
        parser.add_argument(option, choices=WORDS[name], default=default)
        return
    kind, limits = (int, COUNTS[name]) if name in COUNTS else (float, NUMBERS[name])
    help = f"from {limits[0]:g} to {limits[1]:g}, {default} if not given"
    parser.add_argument(option, type=_within(kind, *limits), default=default, metavar="N", help=help)


def _within(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be from {low:g} to {high:g}")
        return value

    return number


def _described(info: StackInfo) -> str:
    """The levels that were asked for and those that are not what they usually are."""
    usual = {field.name: field.default for field in fields(Configuration) if field.name != "workload"}
    return ", ".join(f"{name} {value}" for name, value in info.levels().items() if value != usual.get(name))


def _short(folder: Path) -> Path:
    """The folder as a person would write it from here."""
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
