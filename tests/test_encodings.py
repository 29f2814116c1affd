"""Files are UTF-8, whatever the locale is, and what a terminal cannot show ends no command."""

import ast
import contextlib
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_stack import environment
from tests.small_experiment import write_plan

ROOT = Path(__file__).parents[1]
FOLDERS = ("app_under_test", "loadtests", "analysis", "benchmarks")

#: They open no text file, or take no encoding.
OTHERS = {"Image", "os", "webbrowser", "default_storage", "_OPENER"}
TEMPORARY = {"TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"}
#: Another locale than UTF-8, as Python is told of it; images of containers and CI have it.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

CHILDREN = {"run", "Popen", "check_output"}


def left_to_the_locale(source):
    """The lines of calls that read or write text without saying in which encoding."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        call.lineno for call in calls if takes_text(call) and "encoding" not in {word.arg for word in call.keywords}
    ]


def takes_text(call):
    name, owner = called(call)
    words = {word.arg: word.value for word in call.keywords}
    if name in ("read_text", "write_text"):
        return True
    if name in ("open", "fdopen", "TextIOWrapper") and owner not in OTHERS:
        # open(path, mode), but path.open(mode).
        return "b" not in mode_of(call, words, 1 if owner in ("", "io") or name == "fdopen" else 0, "r")
    if name in TEMPORARY:
        return "b" not in mode_of(call, words, 0, "w+b")
    return name in CHILDREN and bool({"text", "universal_newlines"} & words.keys())


def called(call):
    """The name of what is called, and of what it is looked up in."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr, call.func.value.id if isinstance(call.func.value, ast.Name) else "?"
    return (call.func.id, "") if isinstance(call.func, ast.Name) else ("", "")


def mode_of(call, words, place, default):
    mode = words.get("mode", call.args[place] if len(call.args) > place else None)
    return str(mode.value) if isinstance(mode, ast.Constant) else default


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_text_file_and_every_child_s_text_has_a_named_encoding(folder):
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in (ROOT / folder).rglob("*.py")
        if (lines := left_to_the_locale(path.read_text(encoding="utf-8")))
    }

    assert found == {}


def test_what_leaves_its_encoding_to_the_locale_is_seen():
    source = """
path.read_text()
open(path)
path.open("w", newline="")
tempfile.TemporaryFile("w+")
subprocess.run(command, text=True)
open(path, "rb"), path.open("rb"), path.read_text(encoding="utf-8"), Image.open(file), subprocess.run(command)
"""

    assert left_to_the_locale(source) == [2, 3, 4, 5, 6]


def printed(*arguments, **locale):
    """What a command prints to a pipe, and its exit code."""
    command = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment() | locale, stdout=subprocess.PIPE, timeout=60)
    return done.stdout, done.returncode


def shown(*arguments, **locale):
    """What a command prints to a terminal, and its exit code."""
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", *map(str, arguments)]
    child = subprocess.Popen(command, cwd=ROOT, env=environment() | locale, stdout=end, stderr=end)
    os.close(end)
    told = b""
    # Linux ends a terminal that nobody holds any more with an error.
    with os.fdopen(terminal, "rb", buffering=0) as file, contextlib.suppress(OSError):
        while said := file.read(4096):
            told += said
    return told, child.wait(60)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The committed experiment in a folder whose name no ASCII terminal can show."""
    folder = tmp_path_factory.mktemp("results") / "Köln"
    shutil.copytree(ROOT / "results/example", folder, ignore=shutil.ignore_patterns("charts"))
    return folder


@pytest.fixture
def plan(tmp_path):
    path = write_plan(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("promises?", "Versprechen für alle?"), encoding="utf-8")
    return path


def test_a_plan_in_utf_8_is_read_whatever_the_locale_is(plan):
    assert printed("loadtests", "plan", plan, **ASCII)[1] == 0


def test_what_cannot_be_shown_is_shown_by_what_looks_alike(example):
    told, code = printed("analysis", example, "--no-charts", PYTHONIOENCODING="latin-1")

    assert code == 0
    assert b"* With 1 worker, both modes finish 3.6-3.7 pictures/s" in told
    assert f"Report: {example}/report.html".encode("latin-1") in told


def test_a_terminal_that_shows_ascii_only_is_told_all_the_same(example, plan):
    told, code = shown("analysis", example, "--no-charts", **ASCII)
    assert (b"* With 1 worker, both modes" in told, code) == (True, 0)

    told, code = shown("loadtests", "run", plan.with_name("für-alle.toml"), **ASCII)
    assert (b"There is no plan" in told, b"Traceback" in told, code) == (True, False, 2)


def test_a_pipe_gets_utf_8_whatever_the_locale_is(example):
    told, code = printed("analysis", example, "--no-charts", "--markdown", **ASCII)

    assert "both modes finish 3.6–3.7 pictures/s" in told.decode("utf-8")
    assert code == 0


def test_every_command_of_ours_prints_anything():
    commands = [path for folder in FOLDERS[1:] for path in (ROOT / folder).rglob("*.py") if is_command(path)]
    quiet = [path.name for path in commands if "print_anything()" not in path.read_text(encoding="utf-8")]

    assert len(commands) > 14
    assert quiet == []


def is_command(path):
    """Whether people start it; a stack's own children are started with a log for their output."""
    children = {"busy_wait.py", "watchdog.py", "delay_proxy.py", "cleanup.py", "reference_server.py"}
    return 'if __name__ == "__main__"' in path.read_text(encoding="utf-8") and path.name not in children
