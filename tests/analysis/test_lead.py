from dataclasses import replace
from pathlib import Path

from analysed import grouped
from synthetic_experiment import Made, both_modes, write_experiment

from analysis.cells import Group
from analysis.lead import lead, said_twice

ANSWER = "A queue answers sooner, but it finishes no more pictures per second; more workers do"


def test_the_answer_is_given_in_one_line_without_a_number(demo_group: Group) -> None:
    assert lead([demo_group]) == ANSWER
    assert not any(sign.isdigit() for sign in ANSWER)


def test_it_is_not_given_where_nothing_was_saturated(tmp_path: Path) -> None:
    assert lead(grouped(write_experiment(tmp_path / "idle", both_modes((4, 8))))) == ""


def test_it_is_not_given_of_one_mode_or_of_nothing(tmp_path: Path) -> None:
    one_mode = grouped(write_experiment(tmp_path / "one", [Made(workers=1), Made(workers=4)]))

    assert (lead(one_mode), lead([])) == ("", "")
    assert said_twice(one_mode) == set()


def test_more_workers_are_not_praised_where_all_are_overloaded_alike(demo_group: Group) -> None:
    """The rows of one worker alone."""
    fewest = demo_group.cells[demo_group.cells["workers"] == 1]

    assert lead([_with(demo_group, fewest)]) == ANSWER.removesuffix("; more workers do")


def test_it_is_not_given_where_a_mode_finishes_more(demo_group: Group) -> None:
    cells = demo_group.cells.copy()
    cells.loc[cells["mode"] == "queue", "throughput"] *= 1.5

    assert lead([_with(demo_group, cells)]) == ""


def _with(group: Group, cells: object) -> Group:
    return replace(group, cells=cells)
