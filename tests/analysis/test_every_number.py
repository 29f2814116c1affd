"""Every number in the title of a chart is one that its table or the summary of its cells holds."""

import re
from collections.abc import Iterable

import pandas as pd
import pytest
from analysed import views_of
from every_chart import BESIDE, WHAT
from synthetic_experiment import write_experiment

from analysis.charts.view import View

NUMBER = re.compile(r"(?<![A-Za-z\d.])(\d+(?:\.\d+)?)( ms\b)?")
KINDS = ["demo", "repeats", "failures", "three rates", "blocks with a control", "broken", "one mode", "undecided"]


@pytest.fixture(scope="module", params=KINDS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[View, pd.DataFrame]]:
    """Every chart that looks into trials or compares across groups, with the cells that it is about."""
    folder = write_experiment(tmp_path_factory.mktemp("told") / "x", WHAT[request.param])
    BESIDE.get(request.param, lambda _: None)(folder)
    return views_of(folder)


def numbers(words: str) -> list[tuple[str, float]]:
    """The numbers in some words, as they stand there and in seconds where they are milliseconds."""
    return [(text, 0.001 if unit else 1.0) for text, unit in NUMBER.findall(words)]


def held(view: View, cells: pd.DataFrame) -> list[float]:
    in_table = [float(text) for row in view.table.rows for cell in row for text, _ in numbers(cell)]
    in_summary = cells.select_dtypes("number").to_numpy(dtype=float).ravel().tolist()
    return [*in_table, *in_summary]


def rounds_to(text: str, scale: float, values: Iterable[float]) -> bool:
    """Whether any of the values reads so when it is rounded as the text is."""
    step = scale * 10.0 ** -len(text.partition(".")[2])
    return any(abs(value - float(text) * scale) <= 0.5001 * step for value in values)


def test_every_number_of_a_title_is_held_by_the_table_or_the_summary(told: list[tuple[View, pd.DataFrame]]) -> None:
    assert told
    for view, cells in told:
        values = held(view, cells)
        missing = [text for text, scale in numbers(view.sentence) if not rounds_to(text, scale, values)]
        assert not missing, f"{view.name}: {view.sentence}"


def test_a_number_that_nothing_holds_is_found() -> None:
    assert numbers("With 4 workers p95 is 12.5 ms") == [("4", 1.0), ("12.5", 0.001)]
    assert rounds_to("12.5", 0.001, [0.01249]) and not rounds_to("12.5", 0.001, [0.0126])
