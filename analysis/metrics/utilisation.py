"""How busy the resources of a trial were, and which of them is its limit. Pure.

By the utilisation law a resource is as busy as pictures come times what each asks of it, and the busiest one bounds
what can be finished (Denning and Buzen, The Operational Analysis of Queueing Network Models, ACM Computing Surveys
10, 1978).
"""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import failed_by_client, once_per_trial, outcomes, refused
from analysis.metrics.trial import service_times, utilisation

# Waits grow as 1 / (1 - utilisation). Up to 0.8, where plans may load a cell that keeps up, a short window tells a
# steady queue; from 0.9 on it does not (R9). This lies between, and a utilisation counts as below it only where the
# scatter of the service times leaves no doubt.
NEAR_SATURATION = 0.85
# From here on the mean wait of one server is twenty services and more, and no trial is long enough to see it settle.
SATURATED = 0.95
# Bare processes that together do less than this share of what each does alone compete for the cores: they have nothing
# else in common.
SCALES = 0.85
# Standard errors above a mean: what it hardly exceeds.
ERRORS = 2.0

WORKERS, CORES, WEB = "workers", "cores", "web process"


@dataclass(frozen=True, kw_only=True)
class Utilisation:
    """Shares of what each resource can do; NaN where it is not known.

    `workers` is what the offered rate asks of the places of work, and may exceed 1; `workers_at_most` is its upper
    bound. `cores` and `web`, the one process that accepts in mode queue, are the CPU time that was used.
    """

    workers: float
    workers_at_most: float
    cores: float
    web: float

    @property
    def near_saturation(self) -> bool:
        """Whether some resource may have been as busy as it can be; so it is while nothing is known of the workers."""
        below = self.workers_at_most <= NEAR_SATURATION
        return not below or self.cores > NEAR_SATURATION or self.web > NEAR_SATURATION

    @property
    def saturated(self) -> str:
        """The resource of which too much was asked to keep up with any load at that rate; empty if there is none."""
        shares = {CORES: self.cores, WEB: self.web, WORKERS: self.workers}
        return next((name for name, share in shares.items() if share > SATURATED), "")


@once_per_trial
def utilisations(trial: Trial) -> Utilisation:
    """How busy each resource was in the window; what is refused at the door asks nothing of them."""
    rows = outcomes(trial)
    cohort = rows[rows["in_cohort"]]
    service, turned_away = (
        service_times(cohort),
        (refused(cohort) | failed_by_client(cohort)) & cohort["started_at"].isna(),
    )
    rate = trial.cell.offered_rate * (1 - float(turned_away.mean()) if len(cohort) else 1.0)
    mean_s, error_s = float(service.mean()), float(service.std(ddof=0)) / math.sqrt(max(len(service), 1))
    asked, at_most = (
        utilisation(rate, service_s, trial.cell.places) for service_s in (mean_s, mean_s + ERRORS * error_s)
    )
    return Utilisation(workers=asked, workers_at_most=at_most, cores=_cores_busy(trial), web=_web_busy(trial))


def cores_run_out(trial: Trial, busy: Utilisation) -> bool:
    """Whether more workers would only compete for the cores."""
    return busy.cores > NEAR_SATURATION or _bare_processes_compete(trial)


def ceilings(bare: pd.DataFrame) -> pd.DataFrame:
    """`ceiling_throughput` [pictures/s] of each workload and number of processes, called `workers`.

    Each process adds its own pictures over its own time, so that none waits in the sum for the slowest.
    """
    columns = ["workload", "workers", "ceiling_throughput"]
    rows = [
        (workload, processes, sum(_rate(own) for _, own in rows.groupby("process")))
        for (workload, processes), rows in bare.groupby(["workload", "processes"])
    ]
    return pd.DataFrame(rows, columns=columns).astype({"workers": int})


def _rate(rows: pd.DataFrame) -> float:
    return len(rows) / float(rows["finished_at"].max() - rows["started_at"].min())


def _cores_busy(trial: Trial) -> float:
    """By everything that the trial has started, the load generator too."""
    cores = trial.machine.cores
    if not cores or not trial.cpu_seconds:
        return math.nan
    return sum(trial.cpu_seconds.values()) / (cores * trial.window.length_s)


def _web_busy(trial: Trial) -> float:
    """Threads of one Python process share one core."""
    if trial.cell.mode != "queue":
        return math.nan
    return trial.cpu_seconds.get("web", math.nan) / trial.window.length_s


def _bare_processes_compete(trial: Trial) -> bool:
    """Whether as many processes with nothing but the work slow each other down, as they do where the cores run out."""
    if trial.machine.bare is None:
        return False
    known = ceilings(trial.machine.bare)
    rates = known[known["workload"] == trial.cell.workload].set_index("workers")["ceiling_throughput"]
    together, alone = (float(rates.get(count, math.nan)) for count in (trial.cell.places, 1))
    return together < SCALES * trial.cell.places * alone
