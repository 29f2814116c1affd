"""What is made once for all tests of a run."""

from pathlib import Path

import pytest
from made_once import Shelf


def test_a_maker_that_failed_halfway_fails_again_by_its_own_error(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        folder.mkdir(parents=True)
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            Shelf(tmp_path / "shelf").folder(fail)


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    made = []

    def make(folder: Path) -> None:
        folder.mkdir(parents=True)
        made.append(folder)

    assert [Shelf(tmp_path / "shelf").folder(make) for _ in range(2)] == made * 2
    assert len(made) == 1
