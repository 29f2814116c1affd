"""Every number in the title of a chart is one that its table or the summary of its cells holds."""

import re
from collections.abc import Iterable

import pandas as pd
import pytest
from analysed import views_of
from every_chart import BESIDE, WHAT
from synthetic_experiment import write_experiment

from analysis.charts.parts.layout import View

NUMBER = re.compile(r"(?<![A-Za-z\d.])(\d+(?:\.\d+)?)( ms\b)?")
# A fraction, which the table has as a ratio.
TURNED = re.compile(r"\b1/(\d+) as (?:long|high)")
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


def turns_to(text: str, view: View) -> bool:
    """Whether a ratio of the table is one over the number; it may stand for any that is rounded to it."""
    cells = [cell for row in view.table.rows for cell in row if re.fullmatch(r"0\.\d+", cell)]
    ends = [(float(cell) - half, float(cell) + half) for cell in cells for half in [0.5001 * 10.0 ** (2 - len(cell))]]
    return any(low > 0 and 1 / high - 0.5 <= float(text) <= 1 / low + 0.5 for low, high in ends)


def test_every_number_of_a_title_is_held_by_the_table_or_the_summary(told: list[tuple[View, pd.DataFrame]]) -> None:
    assert told
    for view, cells in told:
        values = held(view, cells)
        turned = TURNED.findall(view.sentence)
        told_straight = numbers(TURNED.sub("", view.sentence))
        missing = [text for text, scale in told_straight if not rounds_to(text, scale, values)]
        missing += [text for text in turned if not turns_to(text, view)]
        assert not missing, f"{view.name}: {view.sentence}"


def test_a_number_that_nothing_holds_is_found() -> None:
    assert numbers("With 4 workers p95 is 12.5 ms") == [("4", 1.0), ("12.5", 0.001)]
    assert rounds_to("12.5", 0.001, [0.01249]) and not rounds_to("12.5", 0.001, [0.0126])


def test_a_ratio_that_is_turned_round_wrongly_is_found(told: list[tuple[View, pd.DataFrame]]) -> None:
    for view, _ in told:
        for text in TURNED.findall(view.sentence):
            assert turns_to(text, view) and not turns_to(str(2 * int(text)), view)
