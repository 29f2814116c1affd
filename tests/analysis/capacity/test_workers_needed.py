"""How many workers a load needs, in words, in a table and as a picture."""

import math

import pytest
from hand_made import capacities
from matplotlib.figure import Figure

from analysis.capacity.workers_needed import (
    Needed,
    Step,
    decision,
    decision_sentences,
    needed,
    needed_table,
    steps,
)
from analysis.charts.capacity import draw_needed

OPEN = math.nan
GAPS = [
    ("sync", 1, 2.5, 3.0, OPEN),
    ("sync", 4, 10.0, 12.0, OPEN),
    ("queue", 1, 2.4, 2.9, 3.6),
    ("queue", 4, 10.4, OPEN, 14.0),
]


def of(mode: str, *searches: tuple[str, int, float, float, float]):
    found = capacities(*(searches or GAPS))
    return found[found["mode"] == mode]


def test_a_step_goes_from_what_fewer_workers_keep_to_what_so_many_keep() -> None:
    assert steps(of("sync")) == [
        Step(workers=1, start=0.0, passed=2.5, failed=3.0),
        Step(workers=4, start=2.5, passed=10.0, failed=12.0),
    ]


def test_more_workers_that_keep_no_more_have_no_step() -> None:
    found = steps(of("sync", ("sync", 2, 8.0, 9.0, OPEN), ("sync", 4, 7.9, 9.0, OPEN)))

    assert [step.workers for step in found] == [2]


@pytest.mark.parametrize(
    ("load", "possible", "confirmed"), [(2.5, 1, 1), (2.7, 1, 4), (3.0, 4, 4), (11.0, 4, None), (12.0, None, None)]
)
def test_between_kept_and_not_kept_it_is_undecided_how_many_are_needed(load, possible, confirmed) -> None:
    assert needed(of("sync"), load) == Needed(possible=possible, confirmed=confirmed)


def test_the_table_says_what_is_undecided() -> None:
    rows = needed_table(capacities(*GAPS)).rows

    assert rows[0] == ["–", "2.4", "1", "1"]
    assert rows[-1] == ["–", "10.4", "undecided, 4 or more", "4"]


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ([("queue", 4, 10.4, 11.0, OPEN)], "; queue needs as many"),
        ([("queue", 2, 10.4, 11.0, OPEN)], "; queue needs 2 workers"),
        ([("queue", 2, 9.0, 11.0, OPEN), ("queue", 4, 18.0, 20.0, OPEN)], "; queue needs 2 to 4 workers"),
        ([("queue", 4, 9.8, 11.0, OPEN)], "; queue with as many sustains 9.8"),
        ([("queue", 8, 9.8, OPEN, OPEN)], "; queue with 8 workers sustains 9.8"),
        ([("queue", 4, OPEN, OPEN, OPEN)], "; queue with as many is undecided"),
        ([("queue", 4, 8.0, 9.0, OPEN)], "; queue needs more workers than were tried"),
        ([], ""),
    ],
)
def test_sync_is_fine_up_to_the_most_that_it_was_confirmed_to_keep(queue, said) -> None:
    assert decision(capacities(*GAPS[:2], *queue)) == (
        f"Up to 10 pictures/s sync is fine: with 4 workers it meets ready p95 within 2 s{said}"
    )


@pytest.mark.parametrize(
    ("passed", "told"), [(1.16, "1.16"), (1.169, "1.16"), (0.04, "0.04"), (9.999, "9.99"), (12.06, "12"), (12.0, "12")]
)
def test_a_confirmed_load_is_never_rounded_up(passed, told) -> None:
    found = capacities(("sync", 2, passed, 20.0, OPEN), ("queue", 2, passed, 20.0, OPEN))

    assert decision(found).startswith(f"Up to {told} pictures/s sync is fine")
    assert f"up to {told} pictures/s" in decision(found[found["mode"] == "queue"])
    assert [row[1] for row in needed_table(found).rows] == [told]
    figure = draw_needed(found, "title", "subtitle")
    assert f"sync is fine up to {told}/s" in {text.get_text() for text in figure.axes[0].texts}


def test_without_a_load_that_sync_keeps_the_queue_is_told_alone() -> None:
    nothing = ("sync", 1, OPEN, 1.0, OPEN)

    assert decision(capacities(*GAPS[2:])) == "Queue meets ready p95 within 2 s up to 10.4 pictures/s with 4 workers"
    assert decision(capacities(nothing, *GAPS[2:])) == (
        "Sync meets ready p95 within 2 s at no confirmed load; queue meets it up to 10.4 pictures/s with 4 workers"
    )
    assert decision_sentences(capacities(("queue", 1, OPEN, OPEN, OPEN))) == []


def test_the_picture_shows_what_was_kept_filled_and_what_was_not_hollow() -> None:
    ax = drawn().axes[0]
    hollow = {point for line in ax.lines if line.get_markerfacecolor() == "white" for point in points(line)}
    filled = {point for line in ax.lines if line.get_marker() in "so" for point in points(line)} - hollow

    assert hollow == {(3.0, -0.04), (12.0, 0.96), (2.9, 0.04)}
    assert filled == {(2.5, -0.04), (10.0, 0.96), (2.4, 0.04), (10.4, 1.04)}


def test_what_is_undecided_is_dotted_to_the_edge_where_its_end_is_open() -> None:
    ax = drawn().axes[0]
    dotted = [tuple(line.get_xdata()) for line in ax.lines if line.get_linestyle() in (":", "-.")]

    assert dotted == [(2.5, 3.0), (10.0, 12.0), (2.4, 2.9), (10.4, pytest.approx(1.05 * 12.0))]


def test_the_load_up_to_which_sync_is_fine_is_marked_with_words() -> None:
    texts = {text.get_text() for text in drawn().axes[0].texts}

    assert {"sync is fine up to 10/s", "sync", "queue"} <= texts


def drawn() -> Figure:
    return draw_needed(capacities(*GAPS), "title", "subtitle")


def points(line):
    return zip(map(float, line.get_xdata()), (round(float(y), 2) for y in line.get_ydata()), strict=True)
