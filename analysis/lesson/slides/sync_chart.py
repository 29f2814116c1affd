"""Draws the waits for an answer in sync alone: what a class sees before it has met the queue's."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from analysis.charts import Chart, draw, save
from analysis.findings.cells import findings
from analysis.summary.groups import Group
from analysis.tables.summary import chart_table

NAME, DRAWN_AS = "response_time_sync", "response_time"


def sync_chart(group: Group, folder: Path) -> Mapping[str, Chart]:
    """The chart by its name, saved in the folder; empty where only one mode was measured."""
    alone = replace(group, cells=group.cells[group.cells["mode"] == "sync"])
    if group.cells["mode"].nunique() < 2:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    sentence = next(finding.sentence for finding in findings(alone.cells) if finding.chart == DRAWN_AS)
    path = folder / NAME
    save(draw(alone, DRAWN_AS, sentence), path)
    table = chart_table(alone.cells, DRAWN_AS)
    return {NAME: Chart(name=NAME, prefix="", finding=sentence, path=path, table=table)}
