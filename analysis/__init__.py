"""Reads the files of an experiment, computes, doubts, draws and reports. Needs nothing but the files."""

import os

from analysis.api import (
    goal_outcome,
    judge,
    ledger_of,
    noisy_trials,
    predicted_rates,
    ratio_scatter,
    refuse_strangers,
    write_predictions,
)
from analysis.calibration.checks import Check, certify
from analysis.data.class_predictions import parse_guess
from analysis.errors import AnalysisError
from analysis.validity.verdict import Verdict

__all__ = [
    "AnalysisError",
    "Check",
    "Verdict",
    "certify",
    "goal_outcome",
    "judge",
    "ledger_of",
    "noisy_trials",
    "parse_guess",
    "predicted_rates",
    "ratio_scatter",
    "refuse_strangers",
    "write_predictions",
]

# Read when matplotlib is imported, which is later: charts are drawn into files, by no settings but our own.
os.environ |= {"MPLBACKEND": "agg", "MATPLOTLIBRC": os.devnull}
