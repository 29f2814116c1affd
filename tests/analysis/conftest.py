"""Experiments to analyse, simulated once."""

from pathlib import Path

import matplotlib
import pytest
from analysed import grouped
from every_chart import WHAT, drawn_of, drawn_of_the_harness
from matplotlib.figure import Figure
from synthetic_experiment import both_modes, write_experiment

from analysis.cells import Group
from analysis.charts.frame import STYLE

HARNESS = "the harness itself"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both modes with 1, 2, 4 and 8 workers at 10 pictures/s; 1 and 2 workers cannot keep up."""
    return write_experiment(tmp_path_factory.mktemp("results") / "demo", both_modes())


@pytest.fixture(scope="session")
def demo_group(demo: Path) -> Group:
    """What the demo's charts compare."""
    return grouped(demo)[0]


@pytest.fixture(scope="session", params=[*WHAT, HARNESS])
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Every chart of one kind of experiment, or those of the harness itself."""
    if request.param == HARNESS:
        with matplotlib.rc_context(STYLE):
            return drawn_of_the_harness()
    return drawn_of(request.param, tmp_path_factory.mktemp("drawn") / "x")
