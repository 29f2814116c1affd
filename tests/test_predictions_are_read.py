"""The file in which a class has saved what it predicts."""

from pathlib import Path

from loadtests.planning.reader import read_plan
from loadtests.recording.result_folder import read_predictions

GUESSED = '{"schema": 1, "throughput": {"1": 4.5}}'
DEMO = Path(__file__).parents[1] / "loadtests" / "plans" / "demo.toml"


def test_a_file_in_the_home_folder_is_found_where_the_shell_has_not_put_it_in(tmp_path, monkeypatch):
    """As in make demo PREDICTIONS=~/Downloads/predictions.json, which make hands on in quotes."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "predictions.json").write_text(GUESSED)

    assert read_predictions("~/predictions.json", read_plan(DEMO)) == GUESSED.encode()
