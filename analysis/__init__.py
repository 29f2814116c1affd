"""Reads the files of an experiment, computes, doubts, draws and reports. Needs nothing but the files."""

from analysis.checks import Verdict
from analysis.errors import AnalysisError
from analysis.judging import judge

__all__ = ["AnalysisError", "Verdict", "judge"]
