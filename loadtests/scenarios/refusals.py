"""Refuses loads that no trial can record, and reports failures in one sentence."""

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import gevent
from locust import User
from locust.env import Environment
from locust.runners import STATE_CLEANUP, STATE_STOPPING

from loadtests.errors import QueuelabError, TrialError, reason
from loadtests.machine.open_files import shortage
from loadtests.scenarios.options import Options
from loadtests.workload.pictures import skipped_files

#: For so long a test is taken to last of which nobody has said it.
USUAL_TEST_S = 60.0


def refuse_other_loads(environment: Environment, ours: type[User]) -> None:
    """Raise unless all that will run is so many of our own users, from beginning to end."""
    if others := [user.__name__ for user in environment.user_classes if user is not ours]:
        raise TrialError(
            f"A trial records the uploads of {ours.__name__} alone, and {', '.join(others)} would also put load on the "
            f"app. Start Locust with this one name: locust {ours.__name__}."
        )
    if environment.shape_class:
        raise TrialError(
            f"A trial has one rate from start to end, which {type(environment.shape_class).__name__} would change. "
            "Remove the LoadTestShape from the locustfile."
        )


def refuse_unfit(environment: Environment, ours: type[User]) -> float:
    """Raise unless the test that begins is a load that can be recorded; returns how many users a process will have."""
    assert environment.runner is not None, "a test runs only in a runner"
    refuse_other_loads(environment, ours)
    refuse_nobody(environment.runner.target_user_count)
    processes = getattr(environment.runner, "worker_count", 1)
    return environment.runner.target_user_count / max(1, processes)


def refuse_nobody(users: int) -> None:
    """Raise unless there is a load at all."""
    if users < 1:
        raise TrialError("Nothing would be sent: each user sends one upload per second, so use at least one (-u 1).")


def drop_tags(environment: Environment) -> None:
    """Let no tags of another project, from a locust.conf in the home directory, take the users' only task away."""
    options = environment.parsed_options
    assert options is not None, "Locust's command line parses options before any event"
    if options.tags or options.exclude_tags:
        logging.warning("Tags are ignored: every user only uploads pictures.")
    options.tags = options.exclude_tags = None


def warn_of(options: Options, rate: float, may_open: int) -> None:
    """Say what of a person's pictures is not sent, and whether a load of so many uploads per second from one process
    may need more open files than it may have."""
    length_s = options.warmup_s + (options.run_time_s or USUAL_TEST_S)
    for warning in (skipped_files(options.pictures), shortage(rate, length_s, may_open)):
        if warning:
            logging.warning("%s", warning)


#: What a handler calls with its exception.
Fail = Callable[[Exception], None]


def error_message(error: Exception) -> str:
    """Describe an error in one sentence; an unexpected one with its place. The traceback needs --loglevel DEBUG."""
    logging.debug("Where it happened:", exc_info=error)
    if isinstance(error, (QueuelabError, OSError)):
        return reason(error)
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "site-packages" not in one.filename]
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}: {error} (a bug in the load generator; see --loglevel DEBUG)."


def guarded(handler: Callable[..., None], fail: Fail) -> Callable[..., None]:
    """Wrap a handler so that it passes its exception to `fail`."""

    @wraps(handler)
    def handle(*args: Any, **kwargs: Any) -> None:
        try:
            handler(*args, **kwargs)
        except Exception as error:
            fail(error)

    return handle


def end_test(environment: Environment) -> None:
    """End the test that runs or is about to; with the UI, leave that up.

    In a greenlet of its own: ending a test ends what asks for it, too.
    """
    gevent.spawn(_end, environment)


def _end(environment: Environment) -> None:
    runner = environment.runner
    assert runner is not None, "a test runs only in a runner"
    # Locust fails at stopping a user twice.
    while runner.state in (STATE_STOPPING, STATE_CLEANUP):
        gevent.sleep(0.05)
    if environment.web_ui:
        runner.stop()
    else:
        runner.quit()
