"""What benchmarks of many trials share: trials that are kept on disk, and other programs that run at the same time."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from loadtests.machine.provenance import code_hash
from loadtests.recording import result_folder

#: Takes a share of a core, in turns that are shorter than a time slice, for as long as its parent lives.
HOG = """
import os, sys, time
share, parent = float(sys.argv[1]), os.getppid()
while os.getppid() == parent:
    end = time.perf_counter() + 0.05 * share
    while time.perf_counter() < end:
        pass
    time.sleep(0.05 * (1 - share))
"""


def is_measured(folder: Path, name: str) -> bool:
    """Whether a trial is there, by the code as it is now; one of other code is let go."""
    if name not in result_folder.finished_trials(folder):
        return False
    if result_folder.read_record(folder / name).get("code_sha256") == code_hash():
        return True
    result_folder.discard(folder, name)
    return False


def hog(share: float) -> list[str]:
    """The command of a process that takes a share of a core."""
    return [sys.executable, "-c", HOG, str(share)]


@contextmanager
def beside(commands: Sequence[Sequence[str]]) -> Iterator[None]:
    """Let some programs run at the same time."""
    quiet = subprocess.DEVNULL
    running = [subprocess.Popen(command, stdout=quiet, stderr=quiet) for command in commands]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait()
