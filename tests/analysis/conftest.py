"""Experiments to analyse, simulated once; what is made of them is made once in a run."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import pytest
from altered import EXAMPLE, copied
from analysed import drawn_charts, grouped, measured, render_nothing
from cached_reader import CachedReader
from every_chart import COMPARED, POOLED, SEARCHES, WHAT, drawn_of, drawn_of_the_harness
from made_once import Shelf
from matplotlib.figure import Figure
from sealing import sealed
from shown_report import write_report_with_every_box
from synthetic_experiment import both_modes, write_experiment
from two_experiments import with_other_machine

from analysis.__main__ import main
from analysis.charts.parts.layout import STYLE
from analysis.lesson.build import write_sheets
from analysis.lesson.content.material import Measured
from analysis.summary.groups import Group

HARNESS = "the harness itself"


@pytest.fixture(scope="session", autouse=True)
def reader() -> Iterator[CachedReader]:
    """Trials whose files are the same are read once in a process, and so are judged and summarised once."""
    cached = CachedReader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.data.reader.read_trial", cached)
        yield cached


@pytest.fixture(autouse=True)
def fresh_trials_where_the_analysis_is_altered(request: pytest.FixtureRequest, reader: CachedReader) -> Iterator[None]:
    """What was computed by other code counts for nothing."""
    reader.on = "monkeypatch" not in inspect.signature(request.function).parameters
    yield
    reader.on = True


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    render_nothing(monkeypatch)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both modes with 1, 2, 4 and 8 workers at 10 pictures/s; 1 and 2 workers cannot keep up."""
    return write_experiment(tmp_path_factory.mktemp("results") / "demo", both_modes())


@pytest.fixture(scope="session")
def demo_group(demo: Path) -> Group:
    """What the demo's charts compare."""
    return grouped(demo)[0]


@pytest.fixture(scope="session")
def demo_charts(demo_group: Group) -> dict[str, Figure]:
    """The demo's charts as figures; whoever changes one draws it anew."""
    return drawn_charts(demo_group)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """The example, to be compared or altered."""
    return copied(tmp_path / "one")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The same on another machine."""
    return with_other_machine(copied(tmp_path / "other"))


@pytest.fixture(scope="session")
def lesson(shelf: Shelf) -> Path:
    """The folder of a lesson made of an experiment in which the class's guess was sealed."""
    return shelf.folder(_write_lesson) / "lesson"


def _write_lesson(folder: Path) -> None:
    assert main(["lesson", str(sealed(write_experiment(folder, both_modes())))]) == 0


@pytest.fixture(scope="session")
def report_with_every_box(shelf: Shelf) -> Path:
    """The report on the demo with every kind of box: one trial whose books do not close, others overloaded."""
    return shelf.folder(write_report_with_every_box) / "report.html"


@pytest.fixture(scope="session")
def example() -> Measured:
    """The committed experiment: real rows of a real stack."""
    return measured(EXAMPLE)


@pytest.fixture(scope="session")
def sheets(shelf: Shelf) -> Path:
    """A folder with quiz, texts and gallery made of it."""
    return shelf.folder(_write_sheets)


def _write_sheets(folder: Path) -> None:
    folder.mkdir(parents=True)
    write_sheets(measured(EXAMPLE), folder)


@pytest.fixture(scope="session", params=[*WHAT, *SEARCHES, *COMPARED, *POOLED, HARNESS])
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Every chart of one kind of experiment, or those of the harness itself."""
    if request.param == HARNESS:
        with matplotlib.rc_context(STYLE):
            return drawn_of_the_harness()
    return drawn_of(request.param, tmp_path_factory.mktemp("drawn") / "x")
