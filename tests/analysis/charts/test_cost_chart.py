from pathlib import Path

import pytest
from analysed import drawn_charts, grouped
from synthetic_experiment import Made, both_modes, write_experiment

NOTE = "spends time on unfinished pictures"


def test_it_says_which_cells_of_the_queue_pay_for_pictures_that_they_did_not_finish(tmp_path: Path) -> None:
    assert f"the queue with 1 and 2 workers is overloaded, so it also {NOTE}" in subtitle(tmp_path, both_modes())


@pytest.mark.parametrize(
    "made", [both_modes((4, 8)), [Made(mode="sync", workers=1), Made(workers=8)]], ids=["all keep up", "sync does not"]
)
def test_it_says_nothing_where_the_queue_keeps_up(tmp_path: Path, made: list[Made]) -> None:
    assert NOTE not in subtitle(tmp_path, made)


def subtitle(folder: Path, made: list[Made]) -> str:
    (group,) = grouped(write_experiment(folder / "made", made))
    return " ".join(drawn_charts(group)["cpu_cost"].texts[1].get_text().split())
