"""Experiments to analyse, simulated once."""

from pathlib import Path

import matplotlib
import pytest
from altered import copied
from analysed import grouped
from every_chart import COMPARED, POOLED, SEARCHES, WHAT, drawn_of, drawn_of_the_harness
from matplotlib.figure import Figure
from sealing import sealed
from synthetic_experiment import both_modes, write_experiment
from two_experiments import with_other_machine

from analysis.__main__ import main
from analysis.cells import Group
from analysis.charts.frame import STYLE
from analysis.lesson.measured import Measured, measured
from analysis.lesson.sheets import write_sheets
from analysis.samples import read_experiment

HARNESS = "the harness itself"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both modes with 1, 2, 4 and 8 workers at 10 pictures/s; 1 and 2 workers cannot keep up."""
    return write_experiment(tmp_path_factory.mktemp("results") / "demo", both_modes())


@pytest.fixture(scope="session")
def demo_group(demo: Path) -> Group:
    """What the demo's charts compare."""
    return grouped(demo)[0]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """The example, to be compared or altered."""
    return copied(tmp_path / "one")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The same on another machine."""
    return with_other_machine(copied(tmp_path / "other"))


@pytest.fixture(scope="session")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lesson made of an experiment in which the class's guess was sealed."""
    folder = sealed(write_experiment(tmp_path_factory.mktemp("lesson") / "demo", both_modes()))
    assert main(["lesson", str(folder)]) == 0
    return folder / "lesson"


@pytest.fixture(scope="session")
def example() -> Measured:
    """The committed experiment: real rows of a real stack."""
    folder = Path(__file__).parents[2] / "results" / "example"
    return measured(read_experiment(folder), grouped(folder)[0])


@pytest.fixture(scope="session")
def sheets(example: Measured, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with quiz, texts and gallery made of it."""
    folder = tmp_path_factory.mktemp("sheets")
    write_sheets(example, folder)
    return folder


@pytest.fixture(scope="session", params=[*WHAT, *SEARCHES, *COMPARED, *POOLED, HARNESS])
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Every chart of one kind of experiment, or those of the harness itself."""
    if request.param == HARNESS:
        with matplotlib.rc_context(STYLE):
            return drawn_of_the_harness()
    return drawn_of(request.param, tmp_path_factory.mktemp("drawn") / "x")
