"""One clock for every process of a host: the monotonic one, shifted once to Unix time."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """Unix time in seconds that no step of the wall clock can bend.

    Every process of a trial gets the same offset, so that stamps of different processes may be subtracted:
    the monotonic clock is system-wide on Linux and macOS.
    """

    offset_ns: int

    @classmethod
    def anchored(cls) -> "Clock":
        """Return a clock anchored at the current wall clock."""
        return cls(time.time_ns() - time.monotonic_ns())

    def now(self) -> float:
        return (time.monotonic_ns() + self.offset_ns) / 1e9
