"""Ends a test from within."""

import gevent
from locust.env import Environment
from locust.runners import STATE_CLEANUP, STATE_STOPPING


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
