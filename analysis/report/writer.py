"""Writes what follows from an experiment's files: summary, charts and report."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.analysis import Analysis, analyse
from analysis.charts import Chart, draw_charts
from analysis.charts.calibration import draw_calibration
from analysis.charts.capacity import draw_searches
from analysis.data.reader import read_experiment
from analysis.report.page import render


@dataclass(frozen=True, kw_only=True)
class Written:
    """An analysis, the charts that were drawn of it, and the file of the report."""

    analysis: Analysis
    charts: Sequence[Chart]
    report: Path


def write_results(folder: Path, into: Path, *, charts: bool) -> Written:
    """Writes what follows from the files of a folder into the same or another one."""
    into.mkdir(parents=True, exist_ok=True)
    made = analyse(read_experiment(folder))
    write_summary(made.summary, into / "summary.csv")
    drawn = _draw(made, into / "charts") if charts else []
    calibrated = draw_calibration(made.experiment.info.get("calibration"), into / "charts") if charts else []
    report = into / "report.html"
    report.write_text(render(made, drawn, calibrated), encoding="utf-8")
    return Written(analysis=made, charts=drawn, report=report)


def write_summary(summary: pd.DataFrame, path: Path) -> None:
    """Saves the summary; an infinite time is written `inf`, a withheld one stays empty."""
    summary.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _draw(made: Analysis, folder: Path) -> Sequence[Chart]:
    if made.experiment.searched:
        return draw_searches(made, folder)
    return draw_charts(made, folder)
