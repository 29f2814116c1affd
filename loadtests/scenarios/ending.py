"""Ends a test from within."""

import gevent
from locust.env import Environment


def end_test(environment: Environment) -> None:
    """End the test that runs or is about to; with the UI, leave that up.

    In a greenlet of its own: ending a test ends what asks for it, too.
    """
    runner = environment.runner
    assert runner is not None, "a test runs only in a runner"
    gevent.spawn(runner.stop if environment.web_ui else runner.quit)
