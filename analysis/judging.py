"""The verdict on one trial's folder, for whoever has just measured it."""

from pathlib import Path

from analysis.checks import Verdict, verdict_on
from analysis.samples import read_trial


def judge(trial_dir: Path) -> Verdict:
    """The verdict on the trial whose files lie in the folder; `trial.json` need not hold one yet."""
    return verdict_on(read_trial(trial_dir))
