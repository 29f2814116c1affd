"""Retries work that failed because something was briefly unavailable."""

import random
import time
from collections.abc import Callable

from pictures.reasons import PictureError

#: What is tried again, and after how long in the mean [s].
MAY_BE_BACK = ("storage_failed", "external_resource_failed")
TRY_AGAIN_AFTER_S = (0.5, 2.0)


def retry(work: Callable[[], float]) -> float:
    """Run the work up to three times and return its result.

    Not if it took long to find out that it failed, for others wait. The moments are drawn, so that all workers do not
    come back at once.
    """
    for wait_s in TRY_AGAIN_AFTER_S:
        began = time.monotonic()
        try:
            return work()
        except PictureError as error:
            if error.reason not in MAY_BE_BACK or time.monotonic() - began > wait_s:
                raise
        time.sleep(random.uniform(0.5, 1.5) * wait_s)
    return work()
