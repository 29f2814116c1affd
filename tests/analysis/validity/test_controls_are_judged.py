"""The twin of a cell is judged like every other trial, and the report says what it found."""

from pathlib import Path

import pytest
from altered import with_trials
from synthetic_experiment import both_modes, break_books, repeated, write_controls, write_experiment

from analysis.__main__ import main

BROKEN, NOISY = "queue-w4-control-r1", "queue-w4-control-r2"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two blocks of both modes; the books of the first twin are broken, the machine was not quiet beside the second."""
    trials = repeated(both_modes((4,)), 2)
    folder = write_experiment(tmp_path_factory.mktemp("controls") / "x", trials)
    write_controls(folder, [each for each in trials if each.mode == "queue"])
    break_books(folder / BROKEN)
    return with_trials(folder, lambda record: record.update(noise={"steal_share": 0.05}), NOISY)


@pytest.fixture(scope="module")
def page(made: Path) -> str:
    assert main([str(made), "--no-charts"]) == 0
    return (made / "report.html").read_text()


def section(page: str, start: str, end: str) -> str:
    return page.partition(start)[2].partition(end)[0]


def test_a_control_that_loses_pictures_is_an_error(page: str) -> None:
    box = section(page, '<section class="box error"', "</section>")

    assert f"<b>{BROKEN}</b>: " in box
    assert "queue-w4-r" not in box


def test_a_control_is_counted_as_withheld(page: str) -> None:
    box = section(page, 'aria-label="Warnings">', "</section>")

    assert f"1 of 6 trials withheld as invalid</summary><p>{BROKEN}</p>" in box


def test_a_control_beside_which_the_machine_was_not_quiet_is_to_be_read_with_care(page: str) -> None:
    assert f"<b>{NOISY}</b> (noisy): " in section(page, 'aria-label="Warnings">', "</section>")


@pytest.mark.parametrize("heading", ["Accounts", "Ledger"])
def test_a_control_has_its_row_in_accounts_and_ledger(page: str, heading: str) -> None:
    table = section(page, f">{heading}</h2>", "</table>")

    assert f"<td>{BROKEN}</td>" in table and f"<td>{NOISY}</td>" in table


def test_a_control_that_is_invalid_is_told_in_the_terminal(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(made), "--no-charts"]) == 0

    assert f"ERROR {BROKEN}: " in capsys.readouterr().out
