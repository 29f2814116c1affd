"""The scenario's command-line options; Locust shows the first ones in its form."""

import ipaddress
import socket
from argparse import SUPPRESS, ArgumentError, Namespace
from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from loadtests import BY_HAND, ROOT
from loadtests.errors import TrialError
from loadtests.planning.reader import WORDS
from loadtests.stack.compose.network import in_network

FLAG = "--allow-target"


def refuse_foreign(url: str | None, allowed: Collection[str]) -> None:
    """Raise unless the host of a URL is allowed by name, or all that it stands for is loopback."""
    host = _host(url or "")
    if host in allowed:
        return
    addresses = _addresses(host)
    if not addresses or not all(ipaddress.ip_address(one).is_loopback for one in addresses):
        found = ", ".join(sorted(addresses)) or "no known address"
        raise TrialError(
            f"{host or url} ({found}) is not a loopback address, so Queuelab puts no load on it. "
            f"If you are allowed to load it, name it: {FLAG} {host or 'HOST'}."
        )


def _host(url: str) -> str:
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


def _addresses(host: str) -> set[str]:
    """Everything that a name stands for; a part of an address that names an interface is left out."""
    try:
        found = socket.getaddrinfo(host, None) if host else []
    except (OSError, UnicodeError):
        return set()
    return {str(entry[4][0]).partition("%")[0] for entry in found}


@dataclass(frozen=True, kw_only=True)
class Options:
    """measure_s is None when somebody else ends the test: Locust's -t (run_time_s), or a person.

    users_are_picked: who sends is chosen on Locust's page. mode and workload are a person's choice where the stack is
    one that somebody else has started.
    """

    results: Path
    seed: str
    pictures: Path | None
    stack: Path
    mode: str | None
    workload: str | None
    trial: str | None
    uploads_per_user: float
    warmup_s: float
    measure_s: float | None
    drain_limit_s: float
    run_time_s: float | None
    users_are_picked: bool

    @property
    def planned(self) -> bool:
        """Whether an experiment decides on the load, and not a person."""
        return self.trial is not None or self.measure_s is not None


def add_options(parser: LocustArgumentParser) -> None:
    """Raise SystemExit if another program already defines one of our options."""
    try:
        _add_options(parser)
    except ArgumentError as error:
        raise SystemExit(
            f"Two locustfiles define the same option ({error}). Run this one alone: loadtests/scenarios/locustfile.py."
        ) from None


def _add_options(parser: LocustArgumentParser) -> None:
    add = parser.add_argument
    add("--results", default=str(ROOT / "results" / "by-hand"), help="folder for the trials")
    add("--seed", default="1", help="seed of arrivals and picture choices")
    add("--pictures", default="", help="folder with pictures of your own")
    add("--drain-limit", type=float, default=15.0, help="seconds to wait for pictures after the load")
    if in_network():
        add("--mode", choices=WORDS["mode"], default="queue", help="the endpoint that receives the load")
        add("--workload", choices=WORDS["workload"], default="io", help="the pictures to send")
    hidden = partial(parser.add_argument, include_in_web_ui=False)
    add_allow_target(parser)
    hidden("--stack", default=str(BY_HAND / "stack.json"), help="the running stack's file")
    # What follows is how an orchestrated trial tells its plan; by hand Locust's own options say it.
    planned = partial(hidden, help=SUPPRESS)
    planned("--trial", default="")
    planned("--uploads-per-user", type=float, default=1.0)
    planned("--warmup", type=float, default=0.0)
    planned("--measure", type=float, default=0.0)


def add_allow_target(parser: LocustArgumentParser) -> None:
    """No field of the form: who may be loaded is decided where Locust is started, not by whoever finds its page."""
    help = "host to allow as a target although it is not loopback; can be given several times"
    parser.add_argument(FLAG, action="append", metavar="HOST", help=help, include_in_web_ui=False)


def allowed_targets(environment: Environment) -> tuple[str, ...]:
    """To be asked once, at the start: a request to Locust's page can change any option later."""
    assert environment.parsed_options is not None, "Locust's command line parses options before any event"
    return tuple(environment.parsed_options.allow_target or ())


def options_of(environment: Environment) -> Options:
    """The options in force; a person may change some of them in the UI between two tests."""
    assert environment.parsed_options is not None, "Locust's command line parses options before any event"
    return _read(environment.parsed_options)


def _read(parsed: Namespace) -> Options:
    return Options(
        results=Path(parsed.results),
        seed=str(parsed.seed),
        pictures=Path(parsed.pictures).expanduser() if parsed.pictures else None,
        stack=Path(parsed.stack),
        mode=getattr(parsed, "mode", None),
        workload=getattr(parsed, "workload", None),
        trial=parsed.trial or None,
        uploads_per_user=parsed.uploads_per_user,
        warmup_s=parsed.warmup,
        measure_s=parsed.measure or None,
        drain_limit_s=parsed.drain_limit,
        run_time_s=parsed.run_time,
        users_are_picked=parsed.class_picker,
    )


def to_message(options: Options) -> dict[str, Any]:
    """The options in plain values; another process may have been started in another folder."""
    return {name: str(value.resolve()) if isinstance(value, Path) else value for name, value in asdict(options).items()}


def from_message(values: dict[str, Any]) -> Options:
    paths = {name: Path(values[name]) for name in ("results", "pictures", "stack") if values[name] is not None}
    return Options(**values | paths)
