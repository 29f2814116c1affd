import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from synthetic_experiment import Made, both_brokers, both_modes, break_books, repeated, write_experiment

from analysis.__main__ import main
from analysis.cli import COMMANDS

ROOT = Path(__file__).parents[2]
# Whoever receives a result by mail has none of these.
BLOCKED = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("locust", "django", "celery", "gevent", "app_under_test", "loadtests"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Absent())
from analysis.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_experiment(tmp_path / "small", both_modes((1, 4)))


@pytest.mark.usefixtures("unrendered")
def test_it_writes_everything_and_prints_the_table(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(small)]) == 0

    printed = capsys.readouterr().out
    assert (small / "summary.csv").exists()
    drawn = {path.stem for path in (small / "charts").glob("*.png")}
    assert drawn >= {"throughput", "arrivals_w1", "arrivals_w4", "time_parts", "lanes_w4", "spectrum_w4", "modes"}
    assert "grows without limit" in printed
    assert f"Report: {small / 'report.html'}" in printed


def test_the_output_is_plain_and_narrow_where_nobody_looks(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(small), "--no-charts"])

    lines = capsys.readouterr().out.splitlines()
    table = [line for line in lines if not line.startswith("Report:")]
    assert max(map(len, table)) <= 100
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("options", [["--no-charts"], ["--no-charts", "--markdown"]])
def test_a_table_with_intervals_is_no_wider(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    main([str(write_experiment(tmp_path / "thrice", repeated(both_modes((1, 4)), 3))), *options])

    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if not line.startswith(("Report:", "- "))]
    assert max(map(len, rows)) <= 100
    assert "(in brackets: 95 % intervals over the trials)" in printed
    assert "13 ms (13–13) /" in printed


def test_without_charts_none_is_drawn(small: Path) -> None:
    assert main([str(small), "--no-charts"]) == 0

    assert not (small / "charts").exists()
    assert (small / "report.html").exists()


def test_markdown_is_a_list_and_a_table(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(small), "--markdown", "--no-charts"]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("- With 1 worker, the queue's median response time is 13 ms")
    assert "| queue | 1 | 3.4 | 13 ms / 13 ms | grows without limit | 44/111 | overloaded |" in printed


def test_two_brokers_have_a_table_each_and_a_sentence_about_their_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_experiment(tmp_path / "two", both_brokers(both_modes((4,)), slower=2.0))

    assert main([str(folder), "--markdown", "--no-charts"]) == 0

    printed = capsys.readouterr().out
    assert "- rabbitmq: With 4 workers, the queue's median response time is 25 ms" in printed
    assert (
        "- With rabbitmq instead of redis, the queue takes 1.92 times as long to respond (1 pair, so no spread"
        in printed
    )
    assert "Workload io, 10 pictures/s offered, broker redis:" in printed
    assert "Workload io, 10 pictures/s offered, broker rabbitmq:" in printed


def test_an_invalid_trial_is_an_error_on_the_screen(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    break_books(small / "queue-w4-r1")

    assert main([str(small), "--no-charts"]) == 0

    assert "ERROR queue-w4-r1: 20 requests got a 2xx but the server has no picture" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_missing_folder_is_one_sentence_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 1

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_experiment_without_trials_is_one_sentence_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write_experiment(tmp_path / "none", []))]) == 1

    assert "holds no finished trial yet" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["results", "--unknown"], ["one", "two"]])
def test_misuse_is_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2


def test_it_needs_neither_the_app_nor_the_load_tests(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "mailed", [Made()], by_hand=True)

    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, str(folder), "--no-charts"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_table_shows_believed_trials_alone_and_counts_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_experiment(tmp_path / "repeats", [*repeated([Made(workers=1)], 2), Made(workers=8)])
    for name in ("queue-w1-r2", "queue-w8-r1"):
        break_books(folder / name)

    assert main([str(folder), "--markdown", "--no-charts"]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert "| queue | 1 | 3.5 | 13 ms / 13 ms | grows without limit | 43/121 | overloaded (1 withheld) |" in printed
    assert "| queue | 8 | – | – | – | – | invalid accounts |" in printed


def test_the_summary_file_keeps_what_is_not_believed(small: Path) -> None:
    break_books(small / "queue-w4-r1")

    assert main([str(small), "--no-charts"]) == 0

    kept = pd.read_csv(small / "summary.csv").set_index(["mode", "workers"]).loc[("queue", 4)]
    assert kept["verdict"] == "INVALID_ACCOUNTS"
    assert kept["throughput"] > 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])

    assert stopped.value.code == 0
    assert f"examples:\n  python -m analysis {command} " in capsys.readouterr().out


def test_a_folder_without_a_command_is_reported_on(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(small), "--no-charts", "--markdown"]) == 0
    named = capsys.readouterr().out

    assert main(["--no-charts", "--markdown", str(small)]) == 0
    assert capsys.readouterr().out == named != ""


def test_a_marked_block_takes_what_stands_on_standard_input(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table:begin (made) -->\nold\n<!-- table:end -->\nafter\n")
    words = [sys.executable, "-m", "analysis", "markdown-block", str(page)]

    assert subprocess.run([*words, "table"], cwd=ROOT, input=b"new\n", check=False).returncode == 0
    assert page.read_text() == "before\n<!-- table:begin (made) -->\nnew\n<!-- table:end -->\nafter\n"
    unknown = subprocess.run([*words, "other"], cwd=ROOT, input=b"new", capture_output=True, check=False)
    assert (unknown.returncode, b"other:begin" in unknown.stderr) == (1, True)
