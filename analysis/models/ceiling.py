"""What this machine can do at best: the picture work in bare processes, with no web and no queue. Pure."""

import numpy as np
import pandas as pd

from analysis.models.mgc import Service


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


def services(bare: pd.DataFrame) -> dict[str, Service]:
    """How long one process alone takes for the pictures of each workload."""
    alone = bare[bare["processes"] == 1]
    return {
        str(workload): Service(
            times_s=np.sort((rows["finished_at"] - rows["started_at"]).to_numpy()), cpu_s=float(rows["cpu_s"].mean())
        )
        for workload, rows in alone.groupby("workload")
    }


def _rate(rows: pd.DataFrame) -> float:
    return len(rows) / float(rows["finished_at"].max() - rows["started_at"].min())
