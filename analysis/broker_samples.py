"""What the broker said it held while the load ran, against what the database said is unfinished."""

import pandas as pd

from analysis.experiment import Trial

# Broker and database are read milliseconds apart: what arrives meanwhile may be in one of them only.
READ_APART_S = 0.1


def broker_samples(trial: Trial) -> pd.DataFrame:
    """The samples in which the broker was counted while the load ran: `held` is waiting and in hand."""
    samples = trial.backlog.dropna(subset=["waiting", "in_hand"])
    samples = samples[samples["sampled_at"].between(trial.started_at, trial.load_stopped_at)]
    return samples.assign(held=samples["waiting"] + samples["in_hand"])


def broker_against_database(trial: Trial) -> list[str]:
    """A sentence if the broker held clearly more or fewer messages than there were unfinished pictures.

    A picture between its row and its message, or between its end and its acknowledgement, is in one and
    not in the other: one for each worker, one for each thread that accepts.
    """
    samples = broker_samples(trial).dropna(subset=["in_database"])
    held, unfinished = samples["held"], samples["in_database"]
    allowed = trial.cell.workers + trial.cell.web_threads + READ_APART_S * trial.cell.offered_rate
    if trial.cell.mode == "sync" or not (held - unfinished).abs().median() > allowed:
        return []
    return [
        f"The broker held {held.median():g} messages where the database had {unfinished.median():g} unfinished "
        f"pictures (medians of {len(samples)} sample{'' if len(samples) == 1 else 's'})"
    ]
