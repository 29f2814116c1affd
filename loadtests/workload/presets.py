"""The workloads: which pictures are sent, and the external resource's delay."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A picture mix and the external resource's delay.

    megapixels: how often each picture size is sent, as weights.
    delay_s: mean delay of the external resource.
    delay_cv: standard deviation of the delay over its mean.
    """

    name: str
    megapixels: dict[float, float]
    delay_s: float
    delay_cv: float


WORKLOADS = {
    workload.name: workload
    for workload in (
        # Waiting dominates, so it shows queueing and scaling on any machine.
        Workload(name="io", megapixels={0.3: 1.0}, delay_s=0.25, delay_cv=0.1),
        # Computing dominates, so it cannot scale past the cores.
        Workload(name="cpu", megapixels={2.0: 1.0}, delay_s=0.0, delay_cv=0.0),
        Workload(name="mixed", megapixels={0.3: 0.7, 2.0: 0.25, 12.0: 0.05}, delay_s=0.1, delay_cv=0.5),
    )
}
