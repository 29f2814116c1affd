"""What a sample of the queue's length costs the broker: python -m benchmarks.sampling redis rabbitmq

Starts a stack with each broker and lets it idle, asked and not asked in turn, several times. Prints the broker's CPU
seconds for one sample and the share of a core at the harness's own rate; exits 1 if that is 1 % or more.
"""

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import kombu

from analysis.console import print_anything
from loadtests.stack.base import StackSpec, new_layout
from loadtests.stack.process.process_group import ProcessGroup
from loadtests.stack.sampling.meters import ProcessMeter
from loadtests.stack.sampling.sampler import PERIOD_S
from loadtests.stack.services.backing_services import BackingServices
from loadtests.stack.services.queue_depth import QUEUE, Queue

ROUNDS = 5
ROUND_S = 6.0
#: Far more often than the harness asks, so that the cost stands out from what an idle broker does by itself.
SAMPLES = 600
LIMIT = 0.01


@dataclass(frozen=True)
class Cost:
    """Of one sample, in CPU seconds of the broker; median, lowest and highest of the rounds."""

    broker: str
    median_s: float
    low_s: float
    high_s: float

    @property
    def share(self) -> float:
        """Of a core, at one sample every PERIOD_S."""
        return self.median_s / PERIOD_S


def cost(broker: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        spec = StackSpec(mode="queue", workers=1, broker=broker, seed=1)
        layout = new_layout(spec, Path(folder))
        group = ProcessGroup(Path(folder) / "logs")
        services = BackingServices(layout, spec, group)
        try:
            services.start()
            assert services.queue, "started"
            # What is not there would be asked for less.
            with kombu.Connection(layout.broker_url) as connection:
                connection.default_channel.queue_declare(QUEUE, durable=True)
            rounds = _rounds(ProcessMeter(lambda: group.pids["broker"]), services.queue)
        finally:
            group.close(8.0)
            services.remove()
    return Cost(broker, statistics.median(rounds), min(rounds), max(rounds))


def _rounds(meter: ProcessMeter, queue: Queue) -> list[float]:
    return [(_used(meter, queue, SAMPLES) - _used(meter, queue, 0)) / SAMPLES for _ in range(ROUNDS)]


def _used(meter: ProcessMeter, queue: Queue, samples: int) -> float:
    """CPU seconds over one round with so many samples, evenly spaced."""
    before, began = meter.cpu_seconds(), time.monotonic()
    for n in range(samples):
        time.sleep(max(0.0, began + n * ROUND_S / samples - time.monotonic()))
        queue.length()
    time.sleep(max(0.0, began + ROUND_S - time.monotonic()))
    return meter.cpu_seconds() - before


def main(argv: list[str]) -> int:
    """0 if every broker's samples cost less than the limit."""
    found = [cost(broker) for broker in argv]
    for one in found:
        spread = f"{one.low_s * 1e3:.3f} to {one.high_s * 1e3:.3f}"
        print(f"{one.broker}: {one.median_s * 1e3:.3f} ms a sample ({spread}), {one.share * 100:.3f} % of a core")
    return 0 if all(one.share < LIMIT for one in found) else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main(sys.argv[1:]))
