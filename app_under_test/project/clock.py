"""The app's clock."""

import time

from django.conf import settings


def now() -> float:
    """Return Unix seconds from the monotonic clock.

    The monotonic clock is shared by every process of a host. With the same CLOCK_OFFSET_NS in all of them,
    stamps taken in the web server and in a worker may be subtracted from each other.
    """
    offset_ns: int = settings.CLOCK_OFFSET_NS
    return (time.monotonic_ns() + offset_ns) / 1e9
