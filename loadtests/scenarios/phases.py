"""The phases of a trial."""

from dataclasses import dataclass

#: Not yet: until somebody says when.
OPEN_END = float("inf")


@dataclass(kw_only=True)
class Phases:
    """The borders of a trial in Unix seconds; a request belongs to the phase in which it was due."""

    started_at: float
    measure_from: float
    measure_until: float
    load_stopped_at: float = OPEN_END
    collected_at: float = OPEN_END

    def of(self, due_at: float) -> str:
        if due_at < self.measure_from:
            return "warmup"
        return "measure" if due_at < self.measure_until else "drain"
