"""What the work alone could do, in the chart of throughput of one worker count."""

from pathlib import Path

import pytest
from analysed import drawn_charts, grouped
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from synthetic_experiment import both_modes, write_bare, write_experiment


def throughput(folder: Path, workers: int, offered_rate: float, bare: bool = True) -> Axes:
    """The chart of both modes with so many workers, each of which could finish some 3.4 pictures/s."""
    write_experiment(folder, both_modes((workers,), offered_rate=offered_rate))
    if bare:
        write_bare(folder, also=(workers,))
    (ax,) = drawn_charts(grouped(folder)[0])["throughput"].axes
    return ax


def level_lines(ax: Axes) -> list[float]:
    """Where the lines lie that are level and no interval."""
    paths = [path.vertices for each in ax.collections if isinstance(each, LineCollection) for path in each.get_paths()]
    return [float(path[0][1]) for path in paths if path[0][1] == path[-1][1] and path[0][0] < path[-1][0]]


def words(ax: Axes) -> set[str]:
    return {text.get_text() for text in ax.texts}


def test_one_worker_count_has_a_line_where_the_work_alone_would_end(tmp_path: Path) -> None:
    ax = throughput(tmp_path / "four", 4, 10.0)

    assert level_lines(ax) == [pytest.approx(4 / 0.29, rel=0.05)]
    assert level_lines(ax)[0] < ax.get_ylim()[1]
    assert "bare work" in words(ax)


def test_a_ceiling_far_above_what_was_measured_is_told_at_the_top_of_the_axes(tmp_path: Path) -> None:
    ax = throughput(tmp_path / "sixteen", 16, 4.0)

    (told,) = (text for text in words(ax) if "bare work" in text)
    rate = told.removeprefix("\N{UPWARDS ARROW} bare work ").removesuffix("/s")
    assert float(rate) == pytest.approx(16 / 0.29, rel=0.05)
    assert not level_lines(ax)
    assert ax.get_ylim()[1] < 20


def test_without_bare_work_there_is_no_ceiling(tmp_path: Path) -> None:
    ax = throughput(tmp_path / "unknown", 4, 10.0, bare=False)

    assert not level_lines(ax)
    assert not any("bare work" in text for text in words(ax))
