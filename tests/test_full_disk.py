"""What a person is told when the disk is full: a real file system with no room, wherever a command writes."""

import errno
import os
import shutil
import subprocess

import pytest

from analysis.__main__ import main as analysis
from analysis.console import failed
from loadtests.errors import QueuelabError, reason
from loadtests.recording import result_folder
from tests.real_stack import ROOT, components_in, run
from tests.small_experiment import write_plan

pytestmark = pytest.mark.stack

#: What the example takes without its charts, and room for a short trial's stack, but not for its pictures.
ROOM_KB = 2400


@pytest.fixture
def small(tmp_path):
    """A file system of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.getuid() != 0:
        pytest.skip("only root may mount a small file system")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_KB}k", "tmpfs", folder]).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder, leave=0):
    """Take all the room of a file system, or all but some [bytes]."""
    with (folder / "fill").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            file.truncate(file.tell() - leave)


def test_a_run_that_cannot_even_begin_says_that_the_disk_is_full(small, tmp_path):
    fill(small)
    done = run("loadtests", "run", write_plan(tmp_path), "--results", small / "results")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "is full. Free some space, then run the same command again." in done.stderr


def test_a_trial_that_fills_the_disk_says_so_and_leaves_nothing_running(small, tmp_path):
    plan = write_plan(tmp_path, mode=("queue",), measure_s=2)
    done = run("loadtests", "run", plan, "--results", small / "results")

    assert done.returncode == 1
    assert "queue-w1-r1 failed. The disk of" in done.stderr
    assert "is full. Free some space, then run the same command again." in done.stderr
    assert "Traceback" not in done.stderr
    assert components_in(small) == []


def test_a_test_by_hand_is_refused_before_it_begins(small):
    fill(small, leave=100_000)

    with pytest.raises(QueuelabError, match=rf"The disk of {small} is full\. Free some space"):
        result_folder.refuse_unwritable(small)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_quota_that_is_used_up_is_a_full_disk_too(number, capsys):
    error = OSError(number, os.strerror(number), "results/demo/trial.json")

    assert reason(error).startswith("The disk of results/demo/trial.json is full.")
    assert failed(error) == 1
    assert capsys.readouterr().err.startswith("analysis: the disk of results/demo/trial.json is full.")


@pytest.mark.parametrize(
    "words", [["--no-charts"], ["share"], ["lesson", "--output"], ["compare", "--unfair", "only tried", "--output"]]
)
def test_the_analysis_says_in_one_line_that_the_disk_is_full(small, tmp_path, capsys, words):
    folder, other = small / "example", tmp_path / "other"
    for each in (folder, other):
        shutil.copytree(ROOT / "results/example", each, ignore=shutil.ignore_patterns("charts"))
    (folder / "summary.csv").unlink()
    fill(small)
    verb = [word for word in words if word in ("share", "lesson", "compare")]
    folders = [folder, other] if verb == ["compare"] else [folder]
    options = [*words[len(verb) :], *([small / "made"] if words[-1] == "--output" else [])]

    assert analysis([*verb, *map(str, [*folders, *options])]) == 1

    told = capsys.readouterr().err
    assert told.startswith("analysis: the disk")
    assert told.endswith("is full. Make room, then try again.\n")
    assert told.count("\n") == 1
