"""What happened to the stack stands on every time axis."""

import json
from pathlib import Path

import pytest
from analysed import drawn_charts, grouped
from hand_made import trial
from matplotlib.figure import Figure
from synthetic_experiment import START, Made, write_experiment

from analysis.charts.parts.axes import EVENT, EVENT_WORDS, SINCE
from analysis.data.model import Mark, marks


def fault(what: str, began: float, ended: float) -> dict[str, object]:
    return {"kind": "fault", "what": what, "began_at": began, "ended_at": ended}


def restart(what: str, began: float, ended: float) -> dict[str, object]:
    return {"kind": "restart", "what": what, "code": -9, "began_at": began, "ended_at": ended}


def test_a_fault_that_lasts_is_marked_where_it_begins_and_where_it_is_over() -> None:
    happened = trial([], [], info={"events": [fault("network-cut", 11.0, 14.0)]})

    assert marks(happened) == [Mark(at_s=3.0, words="network cut"), Mark(at_s=6.0, words="over")]


def test_what_is_over_at_once_has_one_mark() -> None:
    happened = trial([], [], info={"events": [fault("child-killed", 11.0, 11.2)]})

    assert marks(happened) == [Mark(at_s=3.0, words="child killed")]


def test_what_came_back_tells_the_end_of_its_fault() -> None:
    happened = trial([], [], info={"events": [fault("broker-killed", 11.0, 13.01), restart("broker", 13.0, 13.01)]})

    assert [mark.words for mark in marks(happened)] == ["broker killed", "broker back"]


def test_a_trial_in_which_nothing_happened_has_no_marks() -> None:
    assert marks(trial([], [])) == []


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One trial whose broker was away for two seconds, and whose web process died shortly before the end."""
    folder = write_experiment(tmp_path_factory.mktemp("broken") / "x", [Made(workers=4)])
    path = folder / "queue-w4-r1" / "trial.json"
    events = [
        fault("broker-killed", START + 3.0, START + 5.0),
        restart("broker", START + 5.0, START + 5.0),
        restart("web", START + 14.0, START + 14.2),
    ]
    record = json.loads(path.read_text())
    record["cell"]["fault"] = "broker-killed"
    path.write_text(json.dumps(record | {"events": events}))
    return folder


def over_time(figure: Figure) -> bool:
    return any(ax.get_xlabel() == SINCE for ax in figure.axes)


def test_every_chart_over_time_marks_every_event_with_its_word(broken: Path) -> None:
    (group,) = grouped(broken)
    expected = [("broker killed", 3.0), ("broker back", 5.0), ("web back", 14.2)]

    figures = {name: figure for name, figure in drawn_charts(group).items() if over_time(figure)}

    assert set(figures) == {"backlog", "arrivals_w4", "lanes_w4"}
    for figure in figures.values():
        for ax in figure.axes:
            lines = [round(float(line.get_xdata()[0]), 2) for line in ax.lines if line.get_gid() == EVENT]
            words = [text.get_text() for text in ax.texts if text.get_gid() == EVENT_WORDS]
            assert list(zip(words, lines, strict=True)) == expected
