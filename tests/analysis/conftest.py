"""Experiments to analyse, simulated once."""

from pathlib import Path

import pytest
from analysed import grouped
from synthetic_experiment import both_modes, write_experiment

from analysis.cells import Group


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both modes with 1, 2, 4 and 8 workers at 10 pictures/s; 1 and 2 workers cannot keep up."""
    return write_experiment(tmp_path_factory.mktemp("results") / "demo", both_modes())


@pytest.fixture(scope="session")
def demo_group(demo: Path) -> Group:
    """What the demo's charts compare."""
    return grouped(demo)[0]
