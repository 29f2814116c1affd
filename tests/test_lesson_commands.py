"""Every command that the lesson, its slides too, names is one that exists and takes these words."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from analysis.__main__ import main as analysis
from loadtests.__main__ import main
from loadtests.exercises.__main__ import main as exercises

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "docs/lesson"
SLIDES = [ROOT / "analysis/lesson/slides" / name for name in ("opening.py", "measurements.py")]
MAKEFILE = (ROOT / "Makefile").read_text()


def _named() -> set[str]:
    """Commands in blocks, between backquotes, and in the quiz."""
    named: set[str] = set()
    for path in LESSON.glob("*.md"):
        text = path.read_text()
        for block in re.findall(r"^```sh[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            named |= set(block.strip().splitlines())
        named |= set(re.findall(r"`((?:make|\.venv/bin/\w+) [^`]*)`", text))
    for path in SLIDES:
        named |= set(re.findall(r'[`"]((?:make|\.venv/bin/\w+) [^`"]*)[`"]', path.read_text()))
    for question in tomllib.loads((LESSON / "quiz.toml").read_text())["question"]:
        named |= set(question["see"]["command"].split(" && "))
    return {re.sub(r"\s+#.*", "", command) for command in named} - {"pip install celery redis"}


COMMANDS = sorted(_named())


def test_the_lesson_names_commands():
    assert len(COMMANDS) > 15
    assert any("faults-live" in command for command in COMMANDS)
    assert {command.split()[0] for command in COMMANDS} == {"make", ".venv/bin/python", ".venv/bin/locust", "celery"}


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_every_target_exists_and_every_variable_is_known(command):
    target, *settings = command.removeprefix("make ").replace(" ...", "").split()

    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
    for name in (setting.partition("=")[0] for setting in settings):
        assert re.search(rf"^{name} \?=|\$\({name}\)", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("command", [command for command in COMMANDS if "-m loadtests" in command])
def test_every_command_of_the_harness_takes_these_words(command, capsys):
    """With --help behind them everything is parsed before anything is done."""
    module, *words = shlex.split(command)[2:]
    run = exercises if module == "loadtests.exercises" else main

    with pytest.raises(SystemExit) as ended:
        run([*words, "--help"])

    assert (ended.value.code, capsys.readouterr().err) == (0, "")
    assert [word for word in words if word.endswith(".toml") and not (ROOT / word).exists()] == []


@pytest.mark.parametrize("command", [command for command in COMMANDS if "-m analysis" in command])
def test_every_command_of_the_analysis_takes_these_words(command, capsys):
    with pytest.raises(SystemExit) as ended:
        analysis([*shlex.split(command)[3:], "--help"])

    assert (ended.value.code, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith(".venv/bin/locust ")])
def test_every_locust_command_names_options_that_its_file_has(command):
    words = shlex.split(command)[1:]
    own = (ROOT / words[words.index("-f") + 1]).read_text() if "-f" in words else ""

    told = subprocess.run(
        [str(Path(sys.executable).parent / "locust"), "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    ).stdout

    options = [word for word in words if word.startswith("-")]
    assert [each for each in options if f'"{each}"' not in own and not re.search(rf"(^|\s){each}\b", told)] == []
