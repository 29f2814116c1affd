"""The charts that look into the trials of a group."""

from analysis.charts.cumulative_flow import arrivals
from analysis.charts.parts.layout import View
from analysis.charts.percentiles import percentile_spectrum
from analysis.charts.stacked_bars import where_time_goes
from analysis.charts.worker_timeline import swim_lanes
from analysis.summary.groups import Group


def views(group: Group) -> list[View]:
    """Every chart that the trials of a group allow, in the order in which they are told."""
    return [*arrivals(group), *where_time_goes(group), *swim_lanes(group), *percentile_spectrum(group)]
