"""The verdict on trials' folders, for whoever has just measured them."""

import json
from pathlib import Path
from typing import Any

from analysis.checks import Verdict, verdict_on
from analysis.noise import noise_words, ordinary_spin_s
from analysis.samples import read_trial


def judge(trial_dir: Path) -> Verdict:
    """The verdict on the trial whose files lie in the folder; `trial.json` need not hold one yet."""
    return verdict_on(read_trial(trial_dir), ordinary_spin_s(_records(trial_dir.parent).values()))


def noisy_trials(folder: Path) -> dict[str, str]:
    """The trials of an experiment beside which the machine was not quiet, by name with the reason in words."""
    records = _records(folder)
    ordinary_s = ordinary_spin_s(records.values())
    words = {name: noise_words(record, ordinary_s) for name, record in records.items()}
    return {name: said for name, said in words.items() if said}


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*/trial.json")}
