"""The command line of python -m loadtests."""

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


#: What each command does, and how it is typed.
COMMANDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "plan": ("estimate how long a plan takes and how precise it will be", ("loadtests/plans/modes.toml",)),
    "run": (
        "measure every trial of a plan",
        (
            "loadtests/plans/demo.toml",
            "my-plan.toml --results results/monday --pictures ~/Pictures",
            "loadtests/plans/demo.toml --predictions predictions.json",
        ),
    ),
    "faults": (
        "inject every known fault under load and count lost pictures",
        ("", "--profile defaults --only broker-killed"),
    ),
    "preflight": ("check in half a minute whether this machine is ready for a lesson", ("",)),
    "calibrate": ("measure reference servers with known response times", ("", "--quick --compare")),
    "up": ("start a stack in the background", ("--mode queue --workers 4", "--mode sync --workers 2 --port 8001")),
    "attach": ("attach to containers that docker compose started", ("--mode queue --workload cpu",)),
    "down": ("stop the stack, or detach from the containers", ("",)),
}


def build_parser(actions: Mapping[str, Action]) -> argparse.ArgumentParser:
    """The parser; the parsed arguments hold the action of the command that was typed."""
    parser = argparse.ArgumentParser(
        prog="python -m loadtests",
        description="Run load tests on the app and record what happened.",
        epilog=_examples(*COMMANDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="|".join(actions))
    add_options = {
        "plan": _add_plan,
        "run": _add_run,
        "faults": _add_faults,
        "preflight": _add_preflight,
        "calibrate": _add_calibrate,
        "up": _add_up,
        "attach": _add_attach,
        "down": _add_home,
    }
    for name, (summary, _) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=_examples(name),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(action=actions[name])
        add_options[name](command)
    return parser


def _examples(*names: str) -> str:
    """The examples of some commands as the end of a help text; of several commands the first of each."""
    shown = [
        f"  python -m loadtests {name} {options}".rstrip()
        for name in names
        for options in COMMANDS[name][1][: 1 if len(names) > 1 else None]
    ]
    return "\n".join(["examples:", *shown])


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="a plan in TOML, such as loadtests/plans/modes.toml")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="a plan in TOML, such as loadtests/plans/demo.toml")
    parser.add_argument("--stack", choices=STACKS, help="run on this kind of stack instead of the plan's")
    parser.add_argument("--results", type=Path, help="folder for the results (default: results/<name of the plan>)")
    parser.add_argument("--pictures", type=_folder, help="folder with pictures of your own")
    parser.add_argument(
        "--predictions",
        metavar="FILE",
        help="the class's predictions (the file that predict.html saves, or its one-line form); sealed "
        "before the first trial",
    )


def _add_faults(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", choices=PROFILES, default="safe", help="the safe queue, or Celery's defaults")
    parser.add_argument("--broker", choices=BROKERS[:2], default=BROKERS[0], help="the broker to break")
    parser.add_argument(
        "--only", nargs="+", choices=tuple(FAULTS), metavar="FAULT", help=f"one or more of {', '.join(FAULTS)}"
    )
    parser.add_argument("--results", type=Path, help="folder for the results (default: results/faults-<profile>)")


def _add_preflight(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, default=ROOT / "results" / "preflight", help="folder for the findings")


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="shorter cases, about 90 seconds")
    length.add_argument(
        "--glance",
        action="store_true",
        help="half a minute: send lag and one stall only; skipped if this machine is already calibrated",
    )
    parser.add_argument(
        "--compare",
        action="store_true",
        help="also measure plain Locust and, if installed, hey, autocannon and wrk2; a minute each",
    )
    parser.add_argument("--results", type=Path, default=ROOT / "results" / "calibration", help="folder for the results")


def _add_up(parser: argparse.ArgumentParser) -> None:
    for level in fields(Configuration):
        if level.name not in ("stack", "fault"):
            _add_level(parser, level.name, {"mode": "queue", "workers": 2}.get(level.name, level.default))
    parser.add_argument("--stack", choices=STACKS[:2], default="local", help="processes or containers")
    parser.add_argument("--port", type=int, default=8000, help="the app's port on loopback; 0 picks a free one")
    parser.add_argument("--seed", type=int, default=1, help="seed of the external resource's delays")
    _add_foreground(parser)
    _add_home(parser)


def _add_attach(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mode", choices=WORDS["mode"], default="queue", help="the endpoint that receives the load")
    parser.add_argument("--workload", choices=WORDS["workload"], default="io", help="the pictures to send")
    _add_foreground(parser)
    _add_home(parser)


def _add_foreground(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--foreground", action="store_true", help="stay in the foreground; Ctrl-C stops it")


def _add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, default=BY_HAND, help="folder for the running stack's files")


#: What each level of a stack is, for the help of `up`.
LEVELS: Mapping[str, str] = {
    "mode": "process pictures in the request (sync) or by way of a queue",
    "workers": "processes that work on pictures",
    "workload": "kind of work done for each picture",
    "broker": "the broker; url is the one in CELERY_BROKER_URL",
    "queue_type": "RabbitMQ's type of queue",
    "database": "the database; url is the one in DATABASE_URL",
    "web_threads": "threads per web process",
    "prefetch": "messages a worker process may hold; 1 is the profile's own setting",
    "broker_delay_s": "seconds of delay added in each direction between app and broker",
    "append_only": "when Redis writes its messages to disk",
    "profile": "the safe queue, or Celery's defaults",
}


def _add_level(parser: argparse.ArgumentParser, name: str, default: object) -> None:
    """Add an option for one level, with the limits that a plan has."""
    option = f"--{name.replace('_', '-')}"
    if name in WORDS:
        parser.add_argument(option, choices=WORDS[name], default=default, help=f"{LEVELS[name]} (default: {default})")
        return
    kind, limits = (int, COUNTS[name]) if name in COUNTS else (float, NUMBERS[name])
    help = f"{LEVELS[name]}, from {limits[0]:g} to {limits[1]:g} (default: {default})"
    parser.add_argument(option, type=_within(kind, *limits), default=default, metavar="N", help=help)


def _within(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be from {low:g} to {high:g}")
        return value

    return number
