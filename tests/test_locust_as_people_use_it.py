"""Locust with the settings, locustfiles, pictures and limits that people have: a whole trial, or one sentence."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pandas as pd
import pytest

from loadtests.calibration.reference_server import ReferenceModel
from loadtests.calibration.reference_stack import ReferenceStack
from loadtests.experiment.smoke_test import probe_jpeg
from loadtests.stack.base import StackSpec
from tests.real_stack import ROOT, environment

pytestmark = pytest.mark.stack

#: What somebody keeps at home for another project.
CONF = """\
tags = smoke
exclude-tags = upload
host = http://example.com
users = 4
run-time = 2s
csv = {home}/table
"""

#: What a locustfile that loads ours begins with.
OURS = "from locust import LoadTestShape, User, constant, task\nfrom loadtests.scenarios.locustfile import UploadUser\n"

BROWSER = f"""{OURS}
class Browser(User):
    wait_time = constant(1)

    @task
    def look(self):
        pass
"""
STEPS = f"""{OURS}
class Steps(LoadTestShape):
    def tick(self):
        return (5, 5) if self.get_run_time() < 2 else None
"""
ARGUMENT = f"""from locust import events
@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--seed")
{OURS}"""

#: Something of ours that breaks, and where Locust calls it.
BROKEN = {
    "when the test begins": "from loadtests.scenarios import coordinator as place; name = 'refuse_busy'",
    "when the load ends": "from loadtests.scenarios.session import Session as place; name = 'close_window'",
    "beside the load": "from loadtests.scenarios.sender import Sender as place; name = '_show'",
    "in a user": "from loadtests.scenarios.sender import ArrivalStream as place; name = 'take'",
}
BREAK = "\ndef broken(*_, **__):\n    raise ZeroDivisionError('foreseen by nobody')\nsetattr(place, name, broken)\n"

#: A stack that takes longer to be looked at than the test lasts.
SLOW = f"""{OURS}
from time import sleep
from loadtests.scenarios import coordinator
coordinator.refuse_busy = lambda _: sleep(60)
"""


#: What is asked for and cannot be measured: the locustfile, how many users, and what is said.
REFUSED = {
    "users of another class": (BROWSER, 6, "of UploadUser alone, and Browser would also put load on the app."),
    "a shape": (STEPS, 5, "one rate from start to end, which Steps would change"),
    "an option twice": (ARGUMENT, 5, "Two locustfiles define the same option"),
    "nobody": ("", 0, "Nothing would be sent"),
    "a test that ends before it has begun": (SLOW, 5, "The test was stopped before its load started: run it longer"),
}


#: So many Locusts start beside each other: one that waits for a core may not have begun when its time is over.
AT_ONCE = 3


@contextmanager
def server(folder, service_s=0.0):
    """The file of a stack whose server takes a known time for every upload, and by itself none."""
    spec = StackSpec(mode="sync", workers=1, workload="io", stack="truth", seed=1)
    with ReferenceStack(ReferenceModel(seed=1, mean_s=service_s), spec, folder / "stack", folder / "logs") as info:
        info.write(folder / "stack.json")
        yield folder / "stack.json"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with server(tmp_path_factory.mktemp("server")) as file:
        yield file


class Attempt:
    """One Locust that a person starts, with a home of its own."""

    def __init__(self, folder, stack, *options, conf="", locustfile="", files="4096", **variables):
        self.results = folder / "results"
        folder.mkdir()
        (folder / ".locust.conf").write_text(conf.format(home=folder))
        if locustfile:
            (folder / "mine.py").write_text(locustfile)
            options = ("-f", folder / "mine.py", *options)
        where = ("--stack", stack, "--results", self.results, "--drain-limit", "0.5")
        command = (sys.executable, "-m", "locust", "--headless", "--only-summary", *where, *options)
        self._process = subprocess.Popen(
            ["sh", "-c", 'ulimit -n "$0" && exec "$@"', files, *map(str, command)],
            cwd=ROOT,
            env=environment() | {"HOME": str(folder), "PYTHONPATH": str(ROOT)} | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self):
        """Wait for it; returns its exit code and what it said."""
        try:
            said = self._process.communicate(timeout=60)[1]
        finally:
            self._process.kill()
        return self._process.returncode, said

    @property
    def trial(self):
        return self.results / "sync-w1-r1"

    @property
    def requests(self):
        return pd.read_csv(self.trial / "requests.csv")


@pytest.fixture(scope="module")
def failed(stack, tmp_path_factory):
    """Exit code, log and trials of each that cannot become a trial, a few at a time."""
    folder = tmp_path_factory.mktemp("failed")

    def attempted(what, *options, locustfile):
        attempt = Attempt(folder / what, stack, *options, locustfile=locustfile)
        return *attempt.end(), attempt.trial.exists()

    # What breaks has to break before its time is over, however long a busy machine takes to begin.
    with ThreadPoolExecutor(AT_ONCE) as beside:
        ends = {
            what: beside.submit(attempted, what, "-u", 3, "-t", "10s", locustfile=f"{OURS}{where}{BREAK}")
            for what, where in BROKEN.items()
        }
        ends |= {
            what: beside.submit(attempted, what, "-u", users, "-t", "1s", locustfile=locustfile)
            for what, (locustfile, users, _) in REFUSED.items()
        }
        return {what: end.result() for what, end in ends.items()}


@pytest.mark.parametrize("what", BROKEN)
def test_a_failure_in_a_handler_of_ours_ends_the_run_in_one_sentence(failed, what):
    code, said, is_kept = failed[what]

    assert (code, is_kept) == (1, False), said
    assert said.count("foreseen by nobody (a bug in the load generator") == 1, said
    assert what == "in a user" or "Traceback" not in said


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_trial_can_record_is_refused_in_one_sentence(failed, what):
    code, said, is_kept = failed[what]

    assert (code, is_kept) == (1, False), said
    assert said.count(REFUSED[what][2]) == 1, said
    assert "Traceback" not in said


def test_settings_and_pictures_of_any_kind_make_a_whole_trial(stack, tmp_path):
    """A configuration and variables of another project, and a folder as a telephone leaves it."""
    pictures = tmp_path / "pictures"
    (pictures / "album.jpg").mkdir(parents=True)
    (pictures / "._caf.jpg").write_bytes(b"\0\5\x16\7")
    name = "café.jpg" if sys.platform == "darwin" else os.fsdecode(b"caf\xe9.jpg")
    (pictures / name).write_bytes(probe_jpeg())
    attempt = Attempt(tmp_path / "home", stack, "--pictures", pictures, conf=CONF, LOCUST_TAGS="smoke")
    code, said = attempt.end()

    assert code == 0, said
    assert "Tags are ignored" in said
    assert "._caf.jpg (not a JPEG, PNG or WebP), album.jpg (a folder)" in said
    assert json.loads((attempt.trial / "trial.json").read_text())["cell"]["offered_rate"] == 4
    assert len(attempt.requests) > 0
    assert attempt.requests["status"].eq(201).all()
    assert attempt.requests["picture"].isin([r"caf\xe9.jpg", "café.jpg"]).all()
    assert "Traceback" not in said


def test_a_client_that_runs_out_of_files_says_so_and_blames_nobody_else(tmp_path):
    """A server that answers nothing: of 200 uploads most find no file."""
    with server(tmp_path, service_s=60.0) as stack:
        attempt = Attempt(tmp_path / "home", stack, "-u", 100, "-t", "2s", files="64")
        code, said = attempt.end()
    verdict = json.loads((attempt.trial / "trial.json").read_text())["verdict"]
    own = attempt.requests["error"].eq("client: too many open files")

    assert code == 0, said
    assert "may open 64 files, but 200 uploads wait at once" in said
    assert 0 < own.sum() < len(own)
    assert attempt.requests["sent_at"][own].isna().all()
    assert verdict["name"] == "INVALID_CLIENT"
    assert f"({own.sum()} too many open files)" in " ".join(verdict["reasons"])
    assert "Allow a process more of them (ulimit -n)" in " ".join(verdict["reasons"])
