"""What the report says of the load generator's own lag, which in every made trial is 1 ms."""

from collections.abc import Sequence
from pathlib import Path

from analysed import grouped
from synthetic_experiment import Made, both_modes, write_experiment

from analysis.data.reader import read_experiment
from analysis.findings.caveats import caveats


def of_lag(folder: Path, made: Sequence[Made]) -> list[str]:
    write_experiment(folder, made)
    told = caveats(read_experiment(folder), grouped(folder), ())
    return [words for words in told if "send lag exceeds" in words]


def test_a_lag_that_is_a_notable_part_of_short_answers_is_told_with_its_trial_and_size(tmp_path: Path) -> None:
    """The queue answers after 13 ms, sync when the picture is ready."""
    (words,) = of_lag(tmp_path / "short", both_modes((4,)))

    assert words.startswith("In queue-w4-r1 (1.0 ms), the p99 of the load generator's send lag")
    assert "exceeds 5 % of the median response time" in words


def test_a_lag_that_is_small_beside_the_answers_is_not_told(tmp_path: Path) -> None:
    assert not of_lag(tmp_path / "long", both_modes((4,), accept_s=0.021))


def test_every_trial_is_held_against_the_answers_of_its_own_cell(tmp_path: Path) -> None:
    made = [Made(workers=4, accept_s=0.021), Made(workers=8, accept_s=0.015)]
    (words,) = of_lag(tmp_path / "both", made)

    assert "queue-w8-r1" in words and "queue-w4-r1" not in words
