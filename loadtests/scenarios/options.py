"""The scenario's own options; Locust shows the first ones as fields of its form."""

from argparse import SUPPRESS, Namespace
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from locust.argument_parser import LocustArgumentParser

from loadtests.stack.info import BY_HAND, ROOT


@dataclass(frozen=True, kw_only=True)
class Options:
    """measure_s is None when somebody else ends the test: Locust's -t, or a person."""

    results: Path
    seed: str
    pictures: Path | None
    stack: Path
    trial: str | None
    uploads_per_user: float
    warmup_s: float
    measure_s: float | None
    drain_limit_s: float


def add_options(parser: LocustArgumentParser) -> None:
    add = parser.add_argument
    add("--results", default=str(ROOT / "results" / "by-hand"), help="folder that keeps the trials")
    add("--seed", default="1", help="seed of arrivals and picture choices")
    add("--pictures", default="", help="folder with pictures of your own")
    add("--drain-limit", type=float, default=15.0, help="seconds to wait for pictures after the load")
    hidden = partial(parser.add_argument, include_in_web_ui=False)
    hidden("--stack", default=str(BY_HAND / "stack.json"), help="the running stack's file")
    # What follows is how an orchestrated trial tells its plan; by hand Locust's own options say it.
    planned = partial(hidden, help=SUPPRESS)
    planned("--trial", default="")
    planned("--uploads-per-user", type=float, default=1.0)
    planned("--warmup", type=float, default=0.0)
    planned("--measure", type=float, default=0.0)


def read_options(parsed: Namespace) -> Options:
    return Options(
        results=Path(parsed.results),
        seed=str(parsed.seed),
        pictures=Path(parsed.pictures) if parsed.pictures else None,
        stack=Path(parsed.stack),
        trial=parsed.trial or None,
        uploads_per_user=parsed.uploads_per_user,
        warmup_s=parsed.warmup,
        measure_s=parsed.measure or None,
        drain_limit_s=parsed.drain_limit,
    )
