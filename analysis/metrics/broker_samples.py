"""What the broker said it held while the load ran."""

import pandas as pd

from analysis.data.model import Trial


def broker_samples(trial: Trial) -> pd.DataFrame:
    """The samples in which the broker was counted while the load ran: `held` is waiting and in hand."""
    samples = trial.backlog.dropna(subset=["waiting", "in_hand"])
    samples = samples[samples["sampled_at"].between(trial.started_at, trial.load_stopped_at)]
    return samples.assign(held=samples["waiting"] + samples["in_hand"])
