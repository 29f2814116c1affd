"""make gives every variable to a command as one word, whatever is in it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

#: A folder as people name them; $ is make's own.
AWKWARD = """results/mo day's "best"; echo (1) & *  `two`"""

#: Stands for Python: leaves the words of each call in a file.
PYTHON = """#!/bin/sh
printf '%s\\n' "$@" END >> called
"""

WORDS = {
    "charts": (["-m", "analysis", "RESULTS"],),
    "lesson": (["-m", "analysis", "lesson", "RESULTS", "--open"],),
    "screenshots": (["-m", "analysis", "RESULTS"], ["-m", "tests.screenshots", "RESULTS", "--to", "TO"]),
    "bench-replay": (["-m", "benchmarks.replay", "RESULTS"],),
    "fuzz": (["-m", "tests.fuzz", "--minutes", "MINUTES", "--seed", "SEED"],),
    "attach": (["-m", "loadtests", "attach", "--mode", "MODE", "--workload", "WORKLOAD"],),
    "up": (
        ["-m", "loadtests", "up", "--mode", "MODE", "--workers", "WORKERS", "--workload", "WORKLOAD"]
        + ["--port", "PORT", "--stack", "STACK", "--broker", "BROKER", "--database", "DATABASE"],
    ),
    "demo": (
        ["-m", "loadtests", "calibrate", "--glance"],
        ["-m", "loadtests", "run", "loadtests/plans/demo.toml", "--predictions", "PREDICTIONS"],
        ["-m", "analysis", "results/demo"],
    ),
}


@pytest.fixture
def make(tmp_path):
    """Runs a target where everything is installed and Python only says how it was called."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.txt", "requirements-dev.txt", ".venv/run.stamp", ".venv/dev.stamp"):
        (tmp_path / name).touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)

    def made(target, **variables):
        settings = [f"{name}={value}" for name, value in variables.items()]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(
            ["make", target, *settings], cwd=tmp_path, env=kept, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
        calls = (tmp_path / "called").read_text(encoding="utf-8").split("END\n")
        (tmp_path / "called").unlink()
        return [call.splitlines() for call in calls[:-1]]

    return made


@pytest.mark.parametrize("target", WORDS)
def test_each_variable_is_one_word(make, target):
    named = {word for words in WORDS[target] for word in words if word.isupper()}
    calls = [[f"{word} of {AWKWARD}" if word in named else word for word in words] for words in WORDS[target]]

    assert make(target, **{name: f"{name} of {AWKWARD}" for name in named}) == calls


@pytest.mark.parametrize("results", [{}, {"RESULTS": "results/example"}, {"RESULTS": "results/example/"}])
def test_a_lesson_leaves_the_example_as_it_is(make, results):
    folder = results.get("RESULTS", "results/example")
    words = ["-m", "analysis", "lesson", folder, "--output", "results/lesson-example"]

    assert make("lesson", OPEN="", **results) == [words]


def test_a_folder_that_ends_like_the_example_is_another(make):
    assert make("lesson", OPEN="", RESULTS="my results/example") == [["-m", "analysis", "lesson", "my results/example"]]


def test_a_home_folder_is_found(make):
    assert make("charts", RESULTS="~/mo day") == [["-m", "analysis", f"{Path.home()}/mo day"]]


def test_the_python_that_makes_everything_may_lie_anywhere(make, tmp_path):
    other = tmp_path / "my pythons" / "python3"
    other.parent.mkdir()
    shutil.copy(tmp_path / ".venv" / "bin" / "python", other)

    (called,) = make(".env", PYTHON=other)
    assert called[0] == "-c"


def test_the_help_shows_a_variable_whatever_is_in_it():
    told = subprocess.run(
        ["make", "-C", ROOT, "help", f"RESULTS={AWKWARD}"], capture_output=True, encoding="utf-8", check=True
    )

    assert f"RESULTS={AWKWARD} " in told.stdout


def test_no_command_takes_a_variable_but_quoted():
    variables = set(re.findall(r"^([A-Z]+) [?:]=", MAKEFILE, re.MULTILINE)) | {"TO", "SEED", "PREDICTIONS", "CURDIR"}
    # Those are the Makefile's own.
    variables -= {"BIN", "REVEAL", "MARKED", "BESIDE", "TOLD"}
    recipes = "\n".join(line for line in MAKEFILE.splitlines() if line.startswith("\t"))
    left = re.sub(r"\$\(call quote,\$\([A-Z]+\)\)|\$\(if \$\([A-Z]+\),", "", recipes)

    assert len(variables) > 12
    assert [name for name in variables if f"$({name})" in left] == []
