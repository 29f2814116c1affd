"""What may be typed behind python -m loadtests."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

from loadtests import BY_HAND, ROOT
from loadtests.planning.configuration import BROKERS, PROFILES, STACKS, Configuration
from loadtests.planning.faults import FAULTS
from loadtests.planning.reader import COUNTS, NUMBERS, WORDS

Action = Callable[[argparse.Namespace], int]


def _folder(text: str) -> Path:
    """A folder; ~ is expanded here, because a child has another home and a shell leaves --pictures=~/x as it is."""
    return Path(text).expanduser()


EXAMPLES = """\
examples:
  python -m loadtests run loadtests/plans/demo.toml
  python -m loadtests run my-plan.toml --results results/monday --pictures ~/Pictures
  python -m loadtests run loadtests/plans/demo.toml --predictions predictions.json
  python -m loadtests calibrate
  python -m loadtests up --mode queue --workers 4
  python -m loadtests down
"""


def build_parser(actions: Mapping[str, Action]) -> argparse.ArgumentParser:
    """The parser; what it gives holds the action of the verb that was typed."""
    parser = argparse.ArgumentParser(
        prog="python -m loadtests",
        description="Puts load on the app and records what happened.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="|".join(actions))

    def add(verb: str, help: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(verb, help=help)
        added.set_defaults(action=actions[verb])
        return added

    _add_plan(add("plan", help="say how long a plan takes and how exact it will be"))
    _add_run(add("run", help="measure every trial of a plan"))
    _add_faults(add("faults", help="break the stack in every way we know and count what is lost"))
    _add_preflight(add("preflight", help="say in half a minute whether this machine is ready for a lesson"))
    _add_calibrate(add("calibrate", help="measure servers whose answers are known, before yours"))
    _add_up(add("up", help="start a stack in the background"))
    _add_attach(add("attach", help="watch containers that docker compose has started"))
    _add_down(add("down", help="stop it, or let go of the attached one"))
    return parser


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="a plan in TOML, such as loadtests/plans/modes.toml")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="a plan in TOML, such as loadtests/plans/demo.toml")
    parser.add_argument("--stack", choices=STACKS, help="another stack than the plan's")
    parser.add_argument("--results", type=Path, help="folder for the results (default: results/<name of the plan>)")
    parser.add_argument("--pictures", type=_folder, help="folder with pictures of your own")
    parser.add_argument(
        "--predictions",
        metavar="FILE",
        help="what the class expects, saved by predict.html (or its line): sealed before the first trial",
    )


def _add_faults(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", choices=PROFILES, default="safe", help="the safe queue, or Celery as it comes")
    parser.add_argument("--broker", choices=BROKERS[:2], default=BROKERS[0], help="the broker that is broken")
    parser.add_argument("--only", nargs="+", choices=tuple(FAULTS), metavar="FAULT", help=f"of {', '.join(FAULTS)}")
    parser.add_argument("--results", type=Path, help="folder for the results (default: results/faults-<profile>)")


def _add_preflight(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, default=ROOT / "results" / "preflight", help="folder for what was seen")


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="shorter cases, in about a minute and a half")
    length.add_argument(
        "--glance",
        action="store_true",
        help="half a minute: send lag and one stall; nothing where this machine is calibrated already",
    )
    parser.add_argument(
        "--compare",
        action="store_true",
        help="measure plain Locust and, if found, hey, autocannon, wrk2 as well; a minute each",
    )
    parser.add_argument("--results", type=Path, default=ROOT / "results" / "calibration", help="folder for the cases")


def _add_up(parser: argparse.ArgumentParser) -> None:
    for level in fields(Configuration):
        if level.name not in ("stack", "fault"):
            _add_level(parser, level.name, {"mode": "queue", "workers": 2}.get(level.name, level.default))
    parser.add_argument("--stack", choices=STACKS[:2], default="local", help="as processes, or in containers")
    parser.add_argument("--port", type=int, default=8000, help="the app's port on loopback; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="seed of the external resource's delays")
    _add_foreground(parser)
    _add_home(parser)


def _add_attach(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mode", choices=WORDS["mode"], default="queue", help="the endpoint that receives the load")
    parser.add_argument("--workload", choices=WORDS["workload"], default="io", help="the pictures that are sent")
    _add_foreground(parser)
    _add_home(parser)


def _add_down(parser: argparse.ArgumentParser) -> None:
    _add_home(parser)


def _add_foreground(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--foreground", action="store_true", help="stay, and end on Ctrl-C")


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
