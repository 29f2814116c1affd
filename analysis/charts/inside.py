"""The charts that look into the trials of a group."""

from analysis.cells import Group
from analysis.charts.arrivals import arrivals
from analysis.charts.lanes import swim_lanes
from analysis.charts.spectrum import percentile_spectrum
from analysis.charts.time_parts import where_time_goes
from analysis.charts.view import View


def views(group: Group) -> list[View]:
    """Every chart that the trials of a group allow, in the order in which they are told."""
    return [*arrivals(group), *where_time_goes(group), *swim_lanes(group), *percentile_spectrum(group)]
