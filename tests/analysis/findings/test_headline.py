from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from analysed import grouped
from synthetic_experiment import Made, both_modes, write_experiment

from analysis.findings.cells import findings, headline
from analysis.summary.groups import Group

ANSWER = "A queue responds sooner, but finishes no more pictures per second; more workers do"


def test_the_answer_is_given_in_one_line_without_a_number(demo_group: Group) -> None:
    assert headline([demo_group]) == ANSWER
    assert not any(sign.isdigit() for sign in ANSWER)


def test_it_is_not_given_where_nothing_was_saturated(tmp_path: Path) -> None:
    assert headline(grouped(write_experiment(tmp_path / "idle", both_modes((4, 8))))) == ""


def test_it_is_not_given_of_one_mode_or_of_nothing(tmp_path: Path) -> None:
    one_mode = grouped(write_experiment(tmp_path / "one", [Made(workers=1), Made(workers=4)]))

    assert (headline(one_mode), headline([])) == ("", "")
    assert _redundant(one_mode) == []


def test_what_others_say_of_the_fewest_queue_workers_is_not_repeated(demo_group: Group) -> None:
    one_pair = demo_group.cells[demo_group.cells["workers"] == 4]

    assert _redundant([demo_group]) == [
        "Queue mode with 1 worker: the response takes 13 ms, but the wait for the picture grows without limit"
    ]
    assert len(_redundant([_with(demo_group, one_pair)])) == 1


def test_what_nobody_else_says_of_queue_workers_without_their_like_in_sync_stays(demo_group: Group) -> None:
    cells = demo_group.cells
    wanted = cells["workers"].isin([1, 4]) & ~((cells["mode"] == "sync") & (cells["workers"] == 1))

    assert _redundant([_with(demo_group, cells[wanted])]) == []


def test_the_ready_time_of_the_fewest_workers_stays_where_they_keep_up(demo_group: Group) -> None:
    """What is said of both modes is how soon a picture is ready with the most."""
    keeping_up = demo_group.cells[demo_group.cells["workers"] >= 4]

    assert _redundant([_with(demo_group, keeping_up)]) == []


def test_more_workers_are_not_praised_where_all_are_overloaded_alike(demo_group: Group) -> None:
    """The rows of one worker alone."""
    fewest = demo_group.cells[demo_group.cells["workers"] == 1]

    assert headline([_with(demo_group, fewest)]) == ANSWER.removesuffix("; more workers do")


def test_it_is_not_given_where_a_mode_finishes_more(demo_group: Group) -> None:
    cells = demo_group.cells.copy()
    cells.loc[cells["mode"] == "queue", "throughput"] *= 1.5

    assert headline([_with(demo_group, cells)]) == ""


def test_it_is_not_given_where_a_cell_is_in_doubt(demo_group: Group) -> None:
    cells = demo_group.cells.copy()
    cells.loc[(cells["mode"] == "sync") & (cells["workers"] == 8), "doubt"] = "undecided"

    assert headline([_with(demo_group, cells)]) == ""


def _redundant(groups: Iterable[Group]) -> list[str]:
    return [each.sentence for group in groups for each in findings(group.cells) if each.redundant]


def _with(group: Group, cells: object) -> Group:
    return replace(group, cells=cells)
